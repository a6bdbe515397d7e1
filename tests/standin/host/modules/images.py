"""Saves pictures with their infotext, and puts them into plain grids."""

from __future__ import annotations

import datetime
import hashlib
import math
import re
import struct
from pathlib import Path

from PIL import Image, ImageColor, ImageFont, PngImagePlugin

from modules import errors, script_callbacks, shared
from modules.paths_internal import roboto_ttf_file
from modules.script_callbacks import ImageGridLoopParams, ImageSaveParams
from modules.shared import opts

LANCZOS = Image.Resampling.LANCZOS
USER_COMMENT, EXIF_IFD = 0x9286, 0x8769
UNSAFE = str.maketrans(dict.fromkeys('#<>:"/\\|?*\n\r\t', "_"))


def get_font(fontsize):
    try:
        return ImageFont.truetype(font=opts.font or roboto_ttf_file, size=fontsize)
    except OSError:
        return ImageFont.truetype(font=roboto_ttf_file, size=fontsize)


def read(fp, **kwargs):
    return Image.open(fp, **kwargs)


def _rows(imgs, batch_size):
    if opts.n_rows >= 0:
        return opts.n_rows or batch_size
    root = math.sqrt(len(imgs))
    if not opts.grid_prevent_empty_spots:
        return round(root)
    return next(rows for rows in range(math.floor(root), 0, -1) if len(imgs) % rows == 0)


def image_grid(imgs, batch_size=1, rows=None):
    rows = min(rows or _rows(imgs, batch_size), len(imgs))
    script_callbacks.image_grid_callback(params := ImageGridLoopParams(imgs, math.ceil(len(imgs) / rows), rows))
    width, height = (max(sizes) for sizes in zip(*(img.size for img in imgs), strict=True))
    background = ImageColor.getcolor(opts.grid_background_color, "RGB")
    grid = Image.new("RGB", (params.cols * width, params.rows * height), background)
    for i, img in enumerate(list(params.imgs)):
        corner = i % params.cols * width, i // params.cols * height
        grid.paste(img, (corner[0] + (width - img.width) // 2, corner[1] + (height - img.height) // 2))
    return grid


def resize_image(resize_mode, im, width, height, upscaler_name=None):
    return im.resize((width, height), LANCZOS)


def sanitize_filename_part(text, replace_spaces=True):
    if text is None:
        return None
    text = (text.replace(" ", "_") if replace_spaces else text).translate(UNSAFE)
    return text.lstrip(" ")[: shared.cmd_opts.filenames_max_length].rstrip(" .")


class FilenameGenerator:
    """Fills patterns such as `[seed]-[prompt_spaces]`; an unknown or failing one stays as it is."""

    def __init__(self, p, seed, prompt, image, zip=False, basename=""):  # noqa: A002 - the WebUI's name
        self.p, self.seed, self.prompt, self.image, self.basename = p, seed, prompt, image, basename

    def apply(self, pattern):
        return re.sub(r"\[([a-z_]+)((?:<[^>]*>)*)\]", self._replace, pattern)

    def _replace(self, found):
        name, args = found[1], re.findall("<([^>]*)>", found[2])
        try:
            value = getattr(self, f"_{name}")(*args)
        except AttributeError:
            return found[0]
        except Exception:
            errors.report(f"Error adding [{name}] to filename", exc_info=True)
            return found[0]
        return found[0] if value is None else str(value)

    def _seed(self):
        return "" if self.seed is None else self.seed

    def _prompt(self):
        return sanitize_filename_part(self.prompt)

    def _prompt_spaces(self):
        return sanitize_filename_part(self.prompt, replace_spaces=False)

    def _prompt_words(self):
        words = [word for word in re.split(r"[\W_]+", self.prompt or "") if word] or ["empty"]
        return sanitize_filename_part(" ".join(words[: opts.directories_max_prompt_words]), replace_spaces=False)

    def _prompt_hash(self, length="8"):
        return hashlib.sha256(self.prompt.encode()).hexdigest()[: int(length)]

    def _negative_prompt_hash(self, length="8"):
        try:
            return hashlib.sha256(self.p.negative_prompt.encode()).hexdigest()[: int(length)]
        except AttributeError as error:  # a list of prompts: reported, unlike an unknown pattern
            raise TypeError from error

    def _date(self):
        return self._datetime("%Y-%m-%d")

    def _datetime(self, pattern="%Y%m%d%H%M%S", zone=""):
        return sanitize_filename_part(datetime.datetime.now().astimezone().strftime(pattern), replace_spaces=False)

    def _job_timestamp(self):
        return shared.state.job_timestamp

    def _model_name(self):
        return sanitize_filename_part(shared.sd_model.sd_checkpoint_info.name_for_extra, replace_spaces=False)

    def _model_hash(self):
        return shared.sd_model.sd_model_hash

    def _steps(self):
        return self.p and self.p.steps

    def _cfg(self):
        return self.p and self.p.cfg_scale

    def _sampler(self):
        return self.p and sanitize_filename_part(self.p.sampler_name, replace_spaces=False)

    def _width(self):
        return self.image.width

    def _height(self):
        return self.image.height

    def _batch_number(self):
        return "" if self.p.batch_size == 1 else self.p.batch_index + 1

    def _none(self):
        return ""


def get_next_sequence_number(path, basename):
    prefix = f"{basename}-" if basename else ""
    numbers = [
        int(number)
        for file in Path(path).iterdir()
        if file.name.startswith(prefix)
        and (number := file.stem[len(prefix) :].split("-")[0]).removeprefix("-").isdecimal()
    ]
    return max(numbers, default=-1) + 1


def save_image_with_geninfo(
    image, geninfo, filename, extension=None, existing_pnginfo=None, pnginfo_section_name="parameters"
):
    extension = (extension or Path(filename).suffix).lower()
    settings: dict = {"format": Image.registered_extensions()[extension], "quality": opts.jpeg_quality}
    if extension == ".png":
        if opts.enable_pnginfo:
            texts = {**(existing_pnginfo or {}), pnginfo_section_name: geninfo}
            settings["pnginfo"] = png_texts({key: str(value) for key, value in texts.items()})
        image.save(filename, **settings)
        return
    if extension == ".webp":
        settings["lossless"] = opts.webp_lossless
    if geninfo is not None and opts.enable_pnginfo:
        settings["exif"] = _exif(geninfo)
    image = image.convert("RGB") if image.mode == "RGBA" else image
    if extension in {".jpg", ".jpeg"} and len(settings.get("exif", b"")) > 65533:
        image.save(filename, format="JPEG")  # the real one writes first and fails afterwards, too
        raise struct.error("'H' format requires 0 <= number <= 65535")
    image.save(filename, **settings)


def png_texts(info):
    """The texts among a picture's entries, as a PNG keeps them."""
    kept = PngImagePlugin.PngInfo()
    for name, text in info.items():
        if isinstance(name, str) and isinstance(text, str):
            kept.add_text(name, text)
    return kept


def _exif(geninfo):
    exif = Image.Exif()
    exif[EXIF_IFD] = {USER_COMMENT: b"UNICODE\0" + geninfo.encode("utf-16-be")}
    return exif.tobytes()


def save_image(
    image, path, basename, seed=None, prompt=None, extension="png", info=None, short_filename=False, no_prompt=False,
    grid=False, pnginfo_section_name="parameters", p=None, existing_info=None, forced_filename=None, suffix="",
    save_to_dirs=None,
):  # fmt: skip
    """Save a picture, and return its file and that of its text (or None)."""
    names = FilenameGenerator(p, seed, prompt, image, basename=basename)
    limit = {"jpg": 65535, "jpeg": 65535, "webp": 16383}.get(extension.lower())
    if limit and max(image.size) > limit:
        extension = "png"
    if save_to_dirs is None:
        save_to_dirs = opts.grid_save_to_dirs if grid else opts.save_to_dirs and not no_prompt
    folder = Path(path)
    if save_to_dirs:
        pattern = opts.directories_filename_pattern or "[prompt_words]"
        folder /= names.apply(pattern).lstrip(" ").rstrip("\\ /")
    folder.mkdir(parents=True, exist_ok=True)
    stem = forced_filename
    if stem is None:
        stem = _stem(folder, basename, _decoration(names, seed, short=short_filename) + suffix, extension)
    texts = (existing_info or {}) | ({} if info is None else {pnginfo_section_name: info})
    params = ImageSaveParams(image, p, str(folder / f"{stem}.{extension}"), texts)
    script_callbacks.before_image_saved_callback(params=params)
    info = params.pnginfo.get(pnginfo_section_name)
    _write(params, info, pnginfo_section_name)
    params.image.already_saved_as = params.filename
    if opts.export_for_4chan:
        _export_smaller(params, info)
    text_file = None
    if info is not None and opts.save_txt:
        text_file = str(Path(params.filename).with_suffix(".txt"))
        Path(text_file).write_text(f"{info}\n", encoding="utf8")
    script_callbacks.image_saved_callback(params=params)
    return params.filename, text_file


def _decoration(names, seed, *, short):
    if short or seed is None:
        return ""
    default = "[seed]" if opts.save_to_dirs else "[seed]-[prompt_spaces]"
    return names.apply(opts.samples_filename_pattern or default)


def _stem(folder, basename, decoration, extension):
    if decoration and not opts.save_images_add_number:
        return decoration
    decoration = f"-{decoration}" if decoration else ""
    number = get_next_sequence_number(folder, basename)
    while True:
        stem = (f"{basename}-{number:04}" if basename else f"{number:05}") + decoration
        if not (folder / f"{stem}.{extension}").exists():
            return stem
        number += 1


def _write(params, info, section):
    """Write under a temporary name first; what fails leaves that behind, as in the real one."""
    wanted = Path(params.filename)
    temporary = wanted.with_name(f"{wanted.stem[:240]}.tmp")
    save_image_with_geninfo(params.image, info, temporary, wanted.suffix, params.pnginfo, section)
    wanted, number = wanted.with_name(f"{wanted.stem[:240]}{wanted.suffix}"), 0
    target = wanted
    while opts.save_images_replace_action != "Replace" and target.exists():
        number += 1
        target = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
    temporary.replace(target)
    params.filename = str(wanted)


def _export_smaller(params, info):
    image, saved = params.image, Path(params.filename)
    oversize = max(image.size) > opts.target_side_length
    if not oversize and saved.stat().st_size <= opts.img_downscale_threshold * 2**20:
        return
    if oversize:
        scale = opts.target_side_length / max(image.size)
        image = image.resize((round(image.width * scale), round(image.height * scale)), LANCZOS)
    try:
        temporary = saved.with_suffix(".tmp")
        save_image_with_geninfo(image, info, temporary, ".jpg")
        temporary.replace(saved.with_suffix(".jpg"))
    except Exception as e:
        errors.display(e, f"saving a smaller {saved.name}")


def read_info_from_image(image):
    """Return (infotext or None, the other entries)."""
    items = dict(image.info)
    geninfo = items.pop("parameters") if "parameters" in items else None
    comment = image.getexif().get_ifd(EXIF_IFD).get(USER_COMMENT) if "exif" in items else None
    if comment:
        geninfo = comment.removeprefix(b"UNICODE\0").decode("utf-16-be", errors="ignore")
        items["exif comment"] = geninfo
    known = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "exif", "icc_profile"}
    return geninfo, {key: value for key, value in items.items() if key not in known}
