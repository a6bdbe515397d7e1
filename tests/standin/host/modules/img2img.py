"""The other tab's Generate button, which the stand-in's page does not have, and the Batch tab's way through files."""

from pathlib import Path

from PIL import UnidentifiedImageError

from modules import images, processing, scripts, shared
from modules.shared import opts, state

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff")


def process_batch(
    p, given, output_dir, inpaint_mask_dir, args, to_scale=False, scale_by=1.0, use_png_info=False,
    png_info_props=None, png_info_dir=None,
):  # fmt: skip
    """One run of the script a file; what cannot be read, or has no mask, is left out without a word."""
    processing.fix_seed(p)
    is_folder = isinstance(given, str)
    files = [*shared.walk_files(given, ENDINGS)] if is_folder else [each.name for each in given]
    masks = [*shared.walk_files(inpaint_mask_dir)] if inpaint_mask_dir else []
    results = None
    for number, file in enumerate(map(Path, files), 1):
        state.job, state.skipped = f"{number} out of {len(files)}", False
        if state.interrupted or state.stopping_generation:
            break
        try:
            picture = images.read(file)
        except UnidentifiedImageError:
            continue
        if to_scale:
            p.width, p.height = (int(side * scale_by) for side in picture.size)
        p.init_images = [picture] * p.batch_size
        if masks:
            found = masks if len(masks) == 1 else [mask for mask in masks if Path(mask).stem == file.stem]
            if not found:
                continue
            p.image_mask = images.read(found[0])
        results = _added(results, scripts.scripts_img2img.run(p, *args) or processing.process_images(p))
    return results


def _added(results, made):
    if results:
        results.images.extend(made.images)
        results.infotexts.extend(made.infotexts)
    limit = opts.img2img_batch_show_results_limit
    results = results or made
    if 0 <= limit < len(results.images):
        results.images, results.infotexts = results.images[:limit], results.infotexts[:limit]
    return results


def img2img(id_task, request, mode, *args):
    raise NotImplementedError
