"""The settings that a script may come across, with the WebUI's own defaults (4chan export apart)."""

from modules import paths_internal
from modules.options import OptionInfo, options_section

options_templates = {}

_SECTIONS = {
    ("saving-images", "Saving images/grids", "saving"): {
        "samples_save": True, "samples_format": "png", "samples_filename_pattern": "", "save_images_add_number": True,
        "save_images_replace_action": "Replace", "grid_save": True, "grid_format": "png",
        "grid_extended_filename": False, "grid_only_if_multiple": True, "grid_prevent_empty_spots": False,
        "n_rows": -1, "font": "", "grid_text_active_color": "#000000", "grid_text_inactive_color": "#999999",
        "grid_background_color": "#ffffff", "save_images_before_highres_fix": False, "jpeg_quality": 80,
        "webp_lossless": False, "export_for_4chan": False, "img_downscale_threshold": 4.0, "target_side_length": 4000,
        "img_max_size_mp": 200, "save_incomplete_images": False, "save_txt": False, "temp_dir": "",
    },
    ("saving-paths", "Paths for saving", "saving"): {
        "outdir_samples": "", "outdir_txt2img_samples": "txt2img-images", "outdir_img2img_samples": "img2img-images",
        "outdir_extras_samples": "extras-images", "outdir_grids": "", "outdir_txt2img_grids": "txt2img-grids",
        "outdir_img2img_grids": "img2img-grids", "outdir_save": "saved-images", "outdir_init_images": "init-images",
    },
    ("saving-to-dirs", "Saving to a directory", "saving"): {
        "save_to_dirs": True, "grid_save_to_dirs": True, "use_save_to_dirs_for_ui": False,
        "directories_filename_pattern": "[date]", "directories_max_prompt_words": 8,
    },
    ("system", "System", "system"): {
        "samples_log_stdout": False, "multiple_tqdm": True, "enable_console_prompts": False, "memmon_poll_rate": 8,
        "hide_samplers": [], "disabled_extensions": [], "disable_all_extensions": "none",
    },
    ("sd", "Stable Diffusion", "sd"): {
        "sd_model_checkpoint": "portraits.safetensors [b17c0ffee0]", "sd_checkpoint_hash": "", "sd_vae": "Automatic",
        "emphasis": "Original", "CLIP_stop_at_last_layers": (1, "Clip skip"), "randn_source": "GPU", "tiling": False,
        "sdxl_crop_left": 0, "sdxl_crop_top": 0, "face_restoration": False, "face_restoration_model": "CodeFormer",
        "hires_fix_use_firstpass_conds": False, "hires_fix_show_sampler": False, "hires_fix_show_prompts": False,
        "sd_vae_encode_method": "Full", "sd_vae_decode_method": "Full", "hires_fix_refiner_pass": "second pass",
    },
    ("img2img", "img2img", "sd"): {
        "img2img_fix_steps": False, "img2img_color_correction": False, "img2img_batch_show_results_limit": 32,
    },
    ("optimizations", "Optimizations", "sd"): {
        "batch_cond_uncond": True, "persistent_cond_cache": True, "s_min_uncond": 0.0, "s_min_uncond_all": False,
        "pad_cond_uncond": (False, "Pad conds"), "pad_cond_uncond_v0": (False, "Pad conds v0"),
        "token_merging_ratio": 0.0, "token_merging_ratio_hr": 0.0, "fp8_storage": "Disable", "cache_fp16_weight": False,
    },
    ("compatibility", "Compatibility", "sd"): {
        "use_old_scheduling": (False, "Old prompt editing timelines"), "use_old_karras_scheduler_sigmas": False,
        "no_dpmpp_sde_batch_determinism": False, "use_old_hires_fix_width_height": False,
    },
    ("extra_networks", "Extra Networks", "sd"): {
        "extra_networks_default_multiplier": 1.0, "extra_networks_add_text_separator": " ", "sd_lora": "None",
        "lora_preferred_name": "Alias from file", "lora_add_hashes_to_infotext": True, "lora_in_memory_limit": 0,
        "textual_inversion_add_hashes_to_infotext": True, "lora_not_found_warning_console": False,
        "lora_not_found_gradio_warning": False,
    },
    ("ui", "User interface", "ui"): {
        "return_grid": True, "do_not_show_images": False, "interrupt_after_current": True, "gallery_height": "",
        "samplers_in_dropdown": True, "dimensions_and_batch_together": True, "hidden_tabs": [], "ui_tab_order": [],
        "js_modal_lightbox": True, "send_seed": True, "send_size": True, "disable_token_counters": False,
        "show_progress_in_title": True, "localization": "None",
    },
    ("infotext", "Infotext", "ui"): {
        "enable_pnginfo": True, "add_model_hash_to_info": True, "add_model_name_to_info": True,
        "add_vae_name_to_info": True, "add_vae_hash_to_info": True, "add_user_name_to_info": False,
        "add_version_to_infotext": True, "disable_weights_auto_swap": True, "infotext_skip_pasting": [],
        "infotext_styles": "Apply if any",
    },
    ("live-preview", "Live previews", "ui"): {
        "show_progressbar": True, "live_previews_enable": True, "live_previews_image_format": "png",
        "show_progress_grid": True, "show_progress_every_n_steps": 10, "show_progress_type": "Approx NN",
        "live_preview_content": "Prompt", "live_preview_refresh_period": 1000, "live_preview_fast_interrupt": False,
        "prevent_screen_sleep_during_generation": False,
    },
    ("sampler-params", "Sampler parameters", "sd"): {
        "eta_ancestral": (1.0, "Eta"), "eta_ddim": (0.0, "Eta DDIM"), "eta_noise_seed_delta": (0, "ENSD"),
        "s_churn": 0.0, "s_tmin": 0.0, "s_tmax": 0.0, "s_noise": 1.0, "skip_early_cond": 0.0,
        "always_discard_next_to_last_sigma": False, "sgm_noise_multiplier": False,
    },
}  # fmt: skip


def fill_templates():
    """Describe all settings afresh; called at every start, so that folders follow the data folder."""
    options_templates.clear()
    for section, settings in _SECTIONS.items():
        infos = {}
        for key, value in settings.items():
            default, infotext = value if isinstance(value, tuple) else (value, None)
            if key.startswith("outdir_") and default:
                default = f"{paths_internal.default_output_dir}/{default}"
            infos[key] = OptionInfo(default, key.replace("_", " ").capitalize(), infotext=infotext)
        options_templates.update(options_section(section, infos))


fill_templates()
