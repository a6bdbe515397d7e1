"""The loop over batches: settings, sampling, saving, and the hooks in between, in the WebUI's order."""

from pathlib import Path

from modules import extra_networks, images, paths_internal, sd_hijack, sd_models, sd_samplers, shared
from modules import scripts as script_classes
from modules.processed import Processed, create_infotext, get_fixed_seed
from modules.shared import opts, state


def process_images(p):
    p.hook("before_process")
    wanted = p.override_settings
    stored = {key: opts.data[key] for key in wanted if key in opts.data}
    if wanted.get("sd_model_checkpoint") not in sd_models.checkpoint_aliases:
        wanted.pop("sd_model_checkpoint", "")
    try:
        for key, value in wanted.items():
            opts.set(key, value, is_api=True, run_callbacks=False)
        sd_samplers.fix_p_invalid_sampler_and_scheduler(p)
        return process_images_inner(p)
    finally:
        opts.data.update(stored if p.override_settings_restore_afterwards else {})


def process_images_inner(p):
    assert p.prompt is not None
    assert p.prompt != []
    _prepare(p)
    pairs = [pair for number in range(p.n_iter) for pair in _run_batch(p, number)]
    output, infotexts = [image for image, _ in pairs], [text for _, text in pairs]
    infotexts = infotexts or [Processed(p, []).infotext(p, 0)]
    grids = _make_grid(p, output, infotexts)
    if p.extra_network_data and not p.disable_extra_networks:
        extra_networks.deactivate(p, p.extra_network_data)
    seeds = {"seed": p.all_seeds[0], "subseed": p.all_subseeds[0]}
    processed = Processed(p, output, info=infotexts[0], infotexts=infotexts, index_of_first_image=grids, **seeds)
    p.hook("postprocess", processed)
    return processed


def _prepare(p):
    seed, subseed = (get_fixed_seed(each) for each in (p.seed, p.subseed))
    model = shared.sd_model
    p.sd_model_name, p.sd_model_hash = model.sd_checkpoint_info.name_for_extra, model.sd_model_hash
    p.restore_faces, p.tiling = bool(p.restore_faces), bool(p.tiling)
    sd_hijack.model_hijack.clear_comments()
    p.setup_prompts()
    step = 1 if p.subseed_strength == 0 else 0
    p.all_seeds = _counted(seed, step, p.all_prompts)
    p.all_subseeds = _counted(subseed, 1, p.all_prompts)
    if not p.do_not_reload_embeddings:
        sd_hijack.model_hijack.reload_embeddings()
    p.hook("process")
    p.init(p.all_prompts, p.all_seeds, all_subseeds=p.all_subseeds)
    state.job_count = p.n_iter if state.job_count == -1 else state.job_count


def _counted(seed, step, prompts):
    return seed if isinstance(seed, list) else [int(seed) + i * step for i in range(len(prompts))]


def _run_batch(p, number):
    """Generate one batch, as (picture, infotext); nothing if somebody has stopped the run."""
    state.skipped = False
    if state.stopping_generation or state.interrupted:
        return []
    p.iteration = number
    batch = _cut_batch(p)
    p.seeds, p.subseeds = p.all_seeds[batch], p.all_subseeds[batch]
    p.rng = p.new_rng()
    told = {"batch_number": number, "prompts": p.prompts, "seeds": p.seeds, "subseeds": p.subseeds}
    p.hook("before_process_batch", **told)
    if not p.prompts:
        return []
    p.parse_extra_network_prompts()
    extra_networks.activate_unless_disabled(p, p.extra_network_data)
    p.hook("process_batch", **{**told, "prompts": p.prompts})
    return list(_finish_batch(p, _sample_batch(p)))


def _cut_batch(p):
    first = p.iteration * p.batch_size
    batch = slice(first, first + p.batch_size)
    p.prompts, p.negative_prompts = p.all_prompts[batch], p.all_negative_prompts[batch]
    return batch


def _sample_batch(p):
    from modules.processing import decode_latent_batch

    p.setup_conds()
    hijack = sd_hijack.model_hijack
    p.extra_generation_params.update(hijack.extra_generation_params)
    for comment in hijack.comments:
        p.comment(comment)
    if p.iteration == 0 and not shared.cmd_opts.no_prompt_history:
        last = Path(paths_internal.data_path, "params.txt")
        last.write_text(Processed(p, []).infotext(p, 0), encoding="utf8")
    if p.n_iter > 1:
        state.job = f"Batch {p.iteration + 1} out of {p.n_iter}"
    args = script_classes.PostSampleArgs(p.sample(p.c, p.uc, p.seeds, p.subseeds, p.subseed_strength, p.prompts))
    p.hook("post_sample", args)
    pictures = args.samples
    if not getattr(pictures, "already_decoded", False):
        pictures = decode_latent_batch(shared.sd_model, pictures, (p.width, p.height))
    state.nextjob()
    return pictures


def _finish_batch(p, pictures):
    """Hand the batch's pictures to the scripts, save them, and yield each with its infotext."""
    args = script_classes.PostprocessBatchListArgs(list(pictures))
    p.hook("postprocess_batch", images=pictures, batch_number=p.iteration)
    if p.scripts_value is not None:
        _cut_batch(p)  # the tags are back, for infotexts and file names
    p.hook("postprocess_batch_list", args, batch_number=p.iteration)
    save = p.save_samples()
    for i, picture in enumerate(args.images):
        p.batch_index = i
        shown = script_classes.PostprocessImageArgs(picture)
        p.hook("postprocess_image", shown)
        shown.image = p.composited(shown.image)
        p.hook("postprocess_image_after_composite", shown)
        text = _infotext(p, i)
        if save:
            how = {"seed": p.seeds[i], "prompt": p.prompts[i], "extension": opts.samples_format}
            images.save_image(shown.image, p.outpath_samples, "", info=text, p=p, **how)
        yield _labelled(shown.image, text), text


def _infotext(p, index, *, main=False):
    prompts = {"all_negative_prompts": p.negative_prompts, "use_main_prompt": main}
    return create_infotext(p, p.prompts, p.seeds, p.subseeds, index=index, **prompts)


def _labelled(image, text):
    image.info |= {"parameters": text} if opts.enable_pnginfo else {}
    return image


def _make_grid(p, output, infotexts):
    """Put a grid before the pictures if it is wanted, and return how many there are now."""
    lonely = opts.grid_only_if_multiple and len(output) < 2
    if p.do_not_save_grid or lonely or not (opts.return_grid or opts.grid_save):
        return 0
    grid, text = images.image_grid(output, p.batch_size), _infotext(p, 0, main=True)
    if opts.return_grid:
        infotexts[:0] = [text]
        output[:0] = [_labelled(grid, text)]
    if opts.grid_save:
        how = {"seed": p.all_seeds[0], "prompt": p.all_prompts[0], "extension": opts.grid_format, "grid": True}
        short = not opts.grid_extended_filename
        images.save_image(grid, p.outpath_grids, "grid", info=text, short_filename=short, p=p, **how)
    return int(opts.return_grid)
