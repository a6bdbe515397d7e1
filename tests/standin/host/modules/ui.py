"""The page: a txt2img tab with the WebUI's element ids, an empty img2img tab, and the extensions' tabs."""

import itertools

import gradio as gr

from modules import (
    gradio_extensions,
    infotext_utils,
    progress,
    script_callbacks,
    scripts,
    shared,
    txt2img,
    ui_gradio_extensions,
)
from modules.call_queue import wrap_gradio_gpu_call
from modules.gradio_line import JS, Component
from modules.shared import opts
from modules.ui_common import plaintext_to_html, update_generation_info
from modules.ui_components import FormGroup, FormHTML, FormRow, InputAccordion, ResizeHandleRow, ToolButton

__all__ = ["gradio_extensions", "plaintext_to_html"]

NOTICE = "Stand-in: draws schematic portraits; no diffusion model."
random_symbol, reuse_symbol, paste_symbol = "\U0001f3b2️", "♻️", "↙️"


def create_ui():
    ui_gradio_extensions.reload_javascript()
    for begin in (infotext_utils.reset, script_callbacks.ui_settings_callback):
        begin()
    txt2img_tab, sent = _txt2img_tab()
    img2img_tab, received = _img2img_tab()
    own = [(txt2img_tab, "txt2img", "txt2img"), (img2img_tab, "img2img", "img2img")]
    interfaces = [*own, *script_callbacks.ui_tabs_callback(), (_settings_tab(), "Settings", "settings")]
    shared.tab_names = [label for _, label, _ in interfaces]
    with gr.Blocks(analytics_enabled=False, title="Stable Diffusion (stand-in)") as demo:
        gr.HTML(f"<p>{NOTICE}</p>", elem_id="standin_notice")
        with gr.Tabs(elem_id="tabs"):
            for interface, label, name in interfaces:
                if label not in opts.hidden_tabs:
                    with gr.TabItem(label, id=name, elem_id=f"tab_{name}"):
                        interface.render()
        # as the WebUI does it, whatever picture is chosen
        sent["button"].click(lambda *texts: list(texts), inputs=sent["prompts"], outputs=received, show_progress=False)
        _reset_button(demo)
        with gr.Row(elem_id="footer"):
            gr.Button("Reload UI", elem_id="settings_restart_gradio").click(
                shared.state.request_restart, **{JS: "restart_reload"}
            )
    return demo


def _reset_button(demo):
    """Puts all fields back to how they are when the page is opened, but for the choice of a script.

    For tests: a click takes a part of the time that the page takes to load.
    """
    parts = [part for part in demo.blocks.values() if isinstance(part, Component) and _is_reset(part)]
    updates = [gr.update(value=part.get_config().get("value")) for part in parts]
    done, count = gr.HTML(elem_id="standin_resets"), itertools.count(1)
    gr.Button("Reset", elem_id="standin_reset").click(
        lambda: [*updates, f"{next(count)} resets"], outputs=[*parts, done], queue=False, show_progress=False
    )


def _is_reset(part):
    return not isinstance(part, gr.Button | gr.UploadButton) and part.elem_id not in ("script_list", "standin_notice")


def _img2img_tab():
    runner = scripts.scripts_current = scripts.scripts_img2img
    runner.initialize_scripts(is_img2img=True)
    with gr.Blocks(analytics_enabled=False) as tab:
        gr.HTML("<p>The stand-in has no img2img; the scripts are here for their element ids.</p>")
        with gr.Column(variant="compact", elem_id="img2img_settings"):
            ids = "img2img_prompt", "img2img_neg_prompt"
            fields = [gr.Textbox(label=name, elem_id=name, interactive=True) for name in ids]
            _script_sections(runner, "img2img")
    return tab, fields


def _settings_tab():
    """Only the extensions' own settings, for looking at them."""
    own = [info for key, info in opts.data_labels.items() if key not in shared.options_templates]
    with gr.Blocks(analytics_enabled=False) as tab:
        gr.HTML("<p>Settings are changed through the API here; these are the extensions' own.</p>")
        for info in own:
            args = info.component_args or {}
            args = args() if callable(args) else args
            kinds = {bool: gr.Checkbox, int: gr.Number, float: gr.Number}
            kind = info.component or kinds.get(type(info.default), gr.Textbox)
            kind(label=info.label, value=info.default, **args)
    return tab


def _script_sections(runner, tab):
    """The sampler, seed and scripts sections, in the WebUI's order."""
    runner.prepare_ui()
    for section in ("sampler", "accordions", "seed"):
        runner.setup_ui_for_section(section)
    return _script_container(runner, tab)


def _script_container(runner, tab):
    with FormGroup(elem_id=f"{tab}_script_container"):
        return runner.setup_ui()


def _txt2img_tab():
    runner = scripts.scripts_current = scripts.scripts_txt2img
    runner.initialize_scripts(is_img2img=False)
    with gr.Blocks(analytics_enabled=False) as tab:
        top = _toprow()
        with (
            gr.Tabs(elem_id="txt2img_extra_tabs", elem_classes=["extra-networks"]),
            gr.Tab("Generation", id="txt2img_generation"),
            ResizeHandleRow(equal_height=False),
        ):
            with gr.Column(variant="compact", elem_id="txt2img_settings"):
                runner.prepare_ui()
                runner.setup_ui_for_section("sampler")
                hires = _hires(runner)
                form = _dimensions()
                runner.setup_ui_for_section("seed")
                override_settings = gr.Dropdown(
                    [], value=None, label="Override settings", visible=False, multiselect=True,
                    elem_id="txt2img_override_settings",
                )  # fmt: skip
                script_inputs = _script_container(runner, "txt2img")
            output = _output_panel()
        fields = {**top, **form, **hires, "override_settings": override_settings}
        _connect(fields, script_inputs, output)
        _paste_fields(fields, runner)
        infotext_utils.connect_paste(top["paste"], top["prompt"], "txt2img")
    return tab, {"button": output["send"], "prompts": [top["prompt"], top["negative_prompt"]]}


def _toprow():
    found = {}
    with gr.Row(elem_id="txt2img_toprow", variant="compact"):
        with gr.Column(elem_id="txt2img_prompt_container", scale=6):
            for key, name, label in (
                ("prompt", "prompt", "Prompt"),
                ("negative_prompt", "neg_prompt", "Negative prompt"),
            ):
                with gr.Row(elem_id=f"txt2img_{name}_row", elem_classes=["prompt-row"]):
                    found[key] = gr.Textbox(
                        label=label, elem_id=f"txt2img_{name}", show_label=False, lines=3, placeholder=label,
                        elem_classes=["prompt"], value="",
                    )  # fmt: skip
        with gr.Column(scale=1, elem_id="txt2img_actions_column"):
            with gr.Row(elem_id="txt2img_generate_box", elem_classes=["generate-box"]):
                interrupt = gr.Button("Interrupt", elem_id="txt2img_interrupt", elem_classes="generate-box-interrupt")
                skip = gr.Button("Skip", elem_id="txt2img_skip", elem_classes="generate-box-skip")
                again = gr.Button(
                    "Interrupting...", elem_id="txt2img_interrupting", elem_classes="generate-box-interrupting"
                )
                found["submit"] = gr.Button("Generate", elem_id="txt2img_generate", variant="primary")
            with gr.Row(elem_id="txt2img_tools"):
                found["paste"] = ToolButton(value=paste_symbol, elem_id="paste")
            found["styles"] = gr.Dropdown(
                list(shared.prompt_styles.styles), label="Styles", value=[], multiselect=True, show_label=False,
                elem_id="txt2img_styles",
            )  # fmt: skip
    skip.click(fn=shared.state.skip)
    interrupt.click(fn=interrupt_function, **{JS: "() => showSubmitInterruptingPlaceholder('txt2img')"})
    again.click(fn=interrupt_function)
    return found


def interrupt_function():
    """The first click lets the current picture finish, the second does not."""
    state = shared.state
    if not state.stopping_generation and state.job_count > 1 and opts.interrupt_after_current:
        state.stop_generating()
        gr.Info("Stops when this picture is finished. Click again to stop now.")
    else:
        state.interrupt()


def _slider(name, label, *limits, **kwargs):
    low, high, value, step = limits
    return gr.Slider(low, high, value, step=step, label=label, elem_id=f"txt2img_{name}", **kwargs)


def _hires(runner):
    found = {}
    with (
        gr.Row(elem_id="txt2img_accordions", elem_classes="accordions"),
        InputAccordion(False, label="Hires. fix", elem_id="txt2img_hr") as found["enable_hr"],
    ):
        with found["enable_hr"].extra():
            FormHTML(value="", elem_id="txtimg_hr_finalres")
        with FormRow(variant="compact", elem_id="txt2img_hires_fix_row1"):
            found["hr_second_pass_steps"] = _slider("hires_steps", "Hires steps", 0, 150, 0, 1)
            found["denoising_strength"] = _slider("denoising_strength", "Denoising strength", 0, 1, 0.7, 0.01)
        with FormRow(variant="compact", elem_id="txt2img_hires_fix_row2"):
            found["hr_scale"] = _slider("hr_scale", "Upscale by", 1, 4, 2.0, 0.05)
            found["hr_resize_x"] = _slider("hr_resize_x", "Resize width to", 0, 2048, 0, 8)
            found["hr_resize_y"] = _slider("hr_resize_y", "Resize height to", 0, 2048, 0, 8)
        for name, label in (("hr_prompt", "Hires prompt"), ("hr_negative_prompt", "Hires negative prompt")):
            found[name] = gr.Textbox("", label=label, elem_id=f"hires_{name[3:]}", visible=opts.hires_fix_show_prompts)
        runner.setup_ui_for_section("accordions")
    return found


def _dimensions():
    found = {}
    with FormRow():
        with gr.Column(scale=4, elem_id="txt2img_column_size"):
            found["width"] = _slider("width", "Width", 64, 2048, 192, 8)
            found["height"] = _slider("height", "Height", 64, 2048, 192, 8)
        with gr.Column(elem_id="txt2img_column_batch"):
            found["n_iter"] = _slider("batch_count", "Batch count", 1, 100, 1, 1)
            found["batch_size"] = _slider("batch_size", "Batch size", 1, 8, 1, 1)
    with gr.Row():
        found["cfg_scale"] = _slider("cfg_scale", "CFG Scale", 1, 30, 7.0, 0.5)
    return found


def _output_panel():
    found = {}
    with gr.Column(elem_id="txt2img_results"), gr.Column(variant="panel", elem_id="txt2img_results_panel"):
        with gr.Group(elem_id="txt2img_gallery_container"):
            found["gallery"] = gr.Gallery(
                label="Output", show_label=False, elem_id="txt2img_gallery", columns=4, preview=True,
                height=opts.gallery_height or None,
            )  # fmt: skip
        found["send"] = ToolButton(value="\U0001f5bc\ufe0f", elem_id="txt2img_send_to_img2img")
        with gr.Group():
            found["infotext"] = gr.HTML(elem_id="html_info_txt2img", elem_classes="infotext")
            found["html_log"] = gr.HTML(elem_id="html_log_txt2img", elem_classes="html-log")
            found["generation_info"] = gr.Textbox(visible=False, elem_id="generation_info_txt2img")
            gr.Button(visible=False, elem_id="txt2img_generation_info_button").click(
                update_generation_info,
                inputs=[found["generation_info"], found["infotext"], found["infotext"]],
                outputs=[found["infotext"], found["infotext"]],
                show_progress=False,
                **{JS: "(x, y, z) => [x, y, selected_gallery_index()]"},
            )
    return found


def _connect(fields, script_inputs, output):
    task = gr.Textbox(visible=False)
    inputs = [fields[name] for name in txt2img.FIELDS] + [fields["override_settings"]]
    event = {
        "fn": wrap_gradio_gpu_call(txt2img.txt2img, extra_outputs=[None, "", ""]),
        JS: "submit",
        "inputs": [task, *inputs, *script_inputs],
        "outputs": [output[name] for name in ("gallery", "generation_info", "infotext", "html_log")],
        "show_progress": False,
    }
    fields["prompt"].submit(**event)
    fields["submit"].click(**event)


def _paste_fields(fields, runner):
    labels = {
        "prompt": "Prompt", "negative_prompt": "Negative prompt", "cfg_scale": "CFG scale", "width": "Size-1",
        "height": "Size-2", "n_iter": "Batch count", "batch_size": "Batch size",
        "denoising_strength": "Denoising strength", "hr_scale": "Hires upscale", "hr_second_pass_steps": "Hires steps",
        "hr_prompt": "Hires prompt", "hr_negative_prompt": "Hires negative prompt",
    }  # fmt: skip
    pasted = [infotext_utils.PasteField(fields[name], label, api=name) for name, label in labels.items()]
    pasted += [(fields["enable_hr"], lambda d: "Denoising strength" in d and "Hires upscale" in d)]
    infotext_utils.add_paste_fields("txt2img", None, [*pasted, *runner.infotext_fields], fields["override_settings"])


def _nothing():
    return {}


def setup_ui_api(app):
    app.add_api_route("/internal/ping", _nothing, methods=["GET"])
    progress.setup_progress_api(app=app)
