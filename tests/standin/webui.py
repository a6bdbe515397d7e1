"""Starts, reloads and serves the stand-in."""

from __future__ import annotations

import importlib
import os
import socket
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.standin import samples
from tests.standin.portraits import painter

HERE = Path(__file__).resolve().parent
HOST = HERE / "host"
REPOSITORY = HERE.parents[1]


def module(name: str) -> Any:
    """Return one of the host's modules, which are importable only after a start."""
    return importlib.import_module(name)


class WebUI:
    """A running stand-in. There is one set of `modules` in a process; starting again begins it afresh."""

    def __init__(self, data_dir=None, extensions=None, port=None, api_auth=None):
        if data_dir is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="standin-", ignore_cleanup_errors=True)
            data_dir = self._temporary.name
        self.data_dir = Path(data_dir).resolve()
        samples.fill(self.data_dir)
        os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
        if str(HOST) not in sys.path:
            sys.path.insert(0, str(HOST))
        self.port: int | None = _free_port() if port == 0 else port
        self._configure()
        module("modules.shared").cmd_opts.api_auth = api_auth
        module("modules.extensions").use([REPOSITORY] if extensions is None else extensions)
        self._load()

    def _configure(self, *, templates=True):
        """Point everything at the data folder and forget what an earlier start left."""
        places = module("modules.paths_internal")
        places.data_path = str(self.data_dir)
        places.models_path, places.extensions_dir = str(self.data_dir / "models"), str(self.data_dir / "extensions")
        places.default_output_dir = str(self.data_dir / "outputs")
        module("modules.paths").__dict__.update(data_path=places.data_path, models_path=places.models_path)
        shared, options = module("modules.shared"), module("modules.shared_options")
        flags = shared.cmd_opts
        flags.lora_dir, flags.embeddings_dir = str(self.data_dir / "models/Lora"), str(self.data_dir / "embeddings")
        flags.hypernetwork_dir = str(self.data_dir / "models/hypernetworks")
        flags.styles_file = [str(self.data_dir / "styles.csv")]
        flags.gradio_allowed_path = [str(self.data_dir)]
        shared.config_filename = flags.ui_settings_file = str(self.data_dir / "config.json")
        if templates:
            options.fill_templates()
        shared.opts.reset()
        shared.opts.load(shared.config_filename)
        shared.prompt_styles.reload()
        shared.state.begin("")
        shared.state.end()
        module("modules.errors").records.clear()
        painter.counter.rows = painter.counter.calls = 0
        self._load_networks()

    def _load_networks(self):
        networks, extra_networks = module("networks"), module("modules.extra_networks")
        networks.loaded_networks.clear()
        module("modules.shared").loaded_hypernetworks.clear()
        networks.list_available_networks()
        extra_networks.register_extra_network(networks.ExtraNetworkLora())
        extra_networks.register_extra_network(networks.ExtraNetworkHypernet())
        database = module("modules.sd_hijack").model_hijack.embedding_db
        database.clear_embedding_dirs()
        database.add_embedding_dir(str(self.data_dir / "embeddings"))
        database.load_textual_inversion_embeddings(force_reload=True)
        module("modules.processing").StableDiffusionProcessing.forget_conds()

    def _load(self):
        """Load the scripts and build the page, as at each start and reload of the WebUI."""
        module("modules.scripts").load_scripts()
        module("modules.ui_tempdir").install_ui_tempdir_override()
        callbacks, shared = module("modules.script_callbacks"), module("modules.shared")
        callbacks.before_ui_callback()
        self.demo = shared.demo = module("modules.ui").create_ui()
        module("modules.gradio_line").queue(self.demo, 64)
        if self.port is None:
            self.app = module("gradio").routes.App.create_app(self.demo)
        else:
            self.app = self._launch()
        self.app.user_middleware = [each for each in self.app.user_middleware if "CORS" not in each.cls.__name__]
        self.app.middleware_stack = None
        module("modules.ui").setup_ui_api(self.app)
        module("modules.ui_extra_networks").add_pages_to_demo(self.app)
        self.api = module("modules.api.api").Api(self.app, module("modules.call_queue").queue_lock)
        callbacks.app_started_callback(self.demo, self.app)
        self._callbacks = {name: list(found) for name, found in callbacks.callback_map.items()}

    def reset(self):
        """Put settings, state, counters and callbacks back to how they were after loading; quicker than a start."""
        self._configure(templates=False)
        for name, found in module("modules.script_callbacks").callback_map.items():
            found[:] = self._callbacks[name]

    def _launch(self):
        allowed = [str(self.data_dir), str(HOST), *(each.path for each in module("modules.extensions").extensions)]
        app, _, _ = self.demo.launch(
            server_name="127.0.0.1", server_port=self.port, prevent_thread_lock=True, quiet=True,
            allowed_paths=allowed, show_api=False, app_kwargs={"docs_url": "/docs", "redoc_url": "/redoc"},
        )  # fmt: skip
        return app

    def reload(self):
        """Do what "Reload UI" does: scripts are executed again, imported packages stay."""
        callbacks = module("modules.script_callbacks")
        if self.port is not None:
            self.demo.close()
            time.sleep(0.5)
        callbacks.app_reload_callback()
        callbacks.script_unloaded_callback()
        self._load()

    def serve_until_stopped(self):
        """Wait for Reload UI or the end."""
        state = self.state
        while (command := state.wait_for_server_command(timeout=5)) != "stop":
            if command == "restart":
                self.reload()
        self.close()

    def close(self):
        if self.port is not None:
            self.demo.close()
        if str(HOST) in sys.path:
            sys.path.remove(str(HOST))

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    @property
    def state(self):
        return module("modules.shared").state

    @property
    def opts(self):
        return module("modules.shared").opts

    @property
    def runner(self):
        return module("modules.scripts").scripts_txt2img

    @property
    def counter(self):
        """The denoiser rows and calls computed so far; set them to 0 at will."""
        return painter.counter

    @property
    def errors(self):
        """What was reported on the console."""
        return module("modules.errors").records

    def txt2img(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Answer a request to /sdapi/v1/txt2img, without HTTP; errors are raised."""
        request = module("modules.api.models").StableDiffusionTxt2ImgProcessingAPI(**payload)
        return self.api.text2imgapi(request).dict()

    def img2img(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The same for /sdapi/v1/img2img."""
        request = module("modules.api.models").StableDiffusionImg2ImgProcessingAPI(**payload)
        return self.api.img2imgapi(request).dict()

    def generate(self, script: str = "None", script_args=(), **fields):
        """Press Generate on the page with these values: (pictures, generation info, infotext html, log html)."""
        txt2img, call_queue = module("modules.txt2img"), module("modules.call_queue")
        runner = self.runner
        args = list(self.api.default_script_arg_txt2img)
        args[0] = 0 if script == "None" else runner.titles.index(script) + 1
        if script != "None":
            selected = runner.selectable_scripts[args[0] - 1]
            args[selected.args_from : selected.args_to] = script_args
        for name, label in (("Sampler", ("steps", "sampler_name", "scheduler")), ("Seed", ("seed",))):
            builtin = runner.script(name)
            for i, field in enumerate(label):
                args[builtin.args_from + i] = fields.pop(field, args[builtin.args_from + i])
        defaults = {
            "prompt": "", "negative_prompt": "", "styles": [], "n_iter": 1, "batch_size": 1, "cfg_scale": 7.0,
            "height": 192, "width": 192, "enable_hr": False, "denoising_strength": 0.7, "hr_scale": 2.0,
            "hr_second_pass_steps": 0, "hr_resize_x": 0, "hr_resize_y": 0, "hr_prompt": "", "hr_negative_prompt": "",
        }  # fmt: skip
        run = call_queue.wrap_gradio_gpu_call(txt2img.txt2img, extra_outputs=[None, "", ""])
        values = [{**defaults, **fields}[name] for name in txt2img.FIELDS]
        return run("task(standin)", SimpleNamespace(username=None), *values, [], *args)

    def paste(self, infotext: str) -> dict[str, Any]:
        """Paste an infotext into the page: the new values by the fields' labels."""
        utils = module("modules.infotext_utils")
        fields = utils.paste_fields["txt2img"]["fields"]
        updates = utils.paste("txt2img", infotext)
        return {getattr(f.component, "label", None) or "": u for f, u in zip(fields, updates, strict=True)}


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
