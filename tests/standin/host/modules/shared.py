"""The WebUI's common property. Everything here keeps its identity over starts and reloads."""

from pathlib import Path
from types import SimpleNamespace

from modules.options import OptionHTML, OptionInfo, Options, options_section
from modules.shared_options import options_templates

__all__ = ["OptionHTML", "OptionInfo", "options_section", "options_templates", "opts", "sd_model", "state"]

cmd_opts = SimpleNamespace(
    api=True, api_auth=None, api_log=False, api_server_stop=True, port=None, listen=False, share=False,
    embeddings_dir="", lora_dir="", hypernetwork_dir="", ckpt_dir="", styles_file=[], ui_config_file="",
    ui_settings_file="", freeze_settings=False, hide_ui_dir_config=False, no_prompt_history=False,
    filenames_max_length=128,
    gradio_allowed_path=[], subpath="", use_textbox_seed=False, disable_console_progressbars=True,
    skip_install=True, gradio_auth=None, allow_code=False, no_gradio_queue=False,
)  # fmt: skip
opts = Options(options_templates)
parallel_processing_allowed, device = True, "cpu"
demo = None
sd_upscalers: list = []
hypernetworks: dict = {}
loaded_hypernetworks: list = []
latent_upscale_modes = {"Latent": {"mode": "bilinear", "antialias": False}}
latent_upscale_default_mode = next(iter(latent_upscale_modes))
tab_names: list[str] = []
gradio_theme = None


class TotalTQDM:
    """Counts the steps of the whole job, and prints nothing."""

    total = steps = 0

    def updateTotal(self, new_total):  # noqa: N802
        self.total = new_total

    def step(self):
        self.steps += 1

    update = step

    def reset(self):
        self.total = self.steps = 0

    clear = reset


total_tqdm = TotalTQDM()


def walk_files(path, allowed_extensions=None):
    for file in sorted(Path(path).rglob("*"), key=lambda found: str(found).lower()):
        if file.is_file() and (allowed_extensions is None or file.suffix.lower() in allowed_extensions):
            yield str(file)


def reload_hypernetworks():
    hypernetworks.clear()
    hypernetworks.update({Path(file).stem: file for file in walk_files(cmd_opts.hypernetwork_dir, (".pt",))})


def html(filename):
    return ""


from modules.sd_models import sd_model  # noqa: E402 - these need `opts`
from modules.shared_state import State  # noqa: E402
from modules.styles import StyleDatabase  # noqa: E402

state = State()
prompt_styles = StyleDatabase(cmd_opts.styles_file)
config_filename = ""
