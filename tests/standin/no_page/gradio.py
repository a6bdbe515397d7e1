"""A gradio without a page, for stand-ins of which only the API is wanted: it is imported in a tenth of the time.

`--api-only` puts this folder before gradio's own, so that the WebUI's modules and the extension import it unchanged.
Components keep what they are made with, and events do nothing. `Blocks.launch` serves the API alone.
"""

import threading
from types import SimpleNamespace

__version__ = "3.41.2"


class Block:
    """Whatever a page is built of."""

    takes = ()
    """The names of the arguments that need no name."""

    parent = elem_classes = elem_id = label = value = None
    blocks, dependencies = {}, []

    def __init__(self, *values, **settings):
        vars(self).update(zip(self.takes, values, strict=False), **settings)

    def get_block_name(self):
        return type(self).__name__.lower()

    def get_config(self):
        return {}

    def _event(self, *_values, **_settings):
        return self

    blur = change = click = input = load = release = select = submit = success = then = upload = _event


class BlockContext(Block):
    def __enter__(self):
        return self

    def __exit__(self, *raised):
        pass


class Component(Block):
    takes = ("value",)


class Blocks(BlockContext):
    def queue(self, **_settings):
        pass

    def render(self):
        pass

    def launch(self, *, server_name, server_port, **_settings):
        """Serve in a thread; returns the application as the first of three."""
        import uvicorn

        app = create_app(self)
        self._server = uvicorn.Server(uvicorn.Config(app, server_name, server_port, log_level="warning"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)
            if not self._thread.is_alive():
                raise OSError(f"the port {server_port} cannot be used")
        return app, f"http://{server_name}:{server_port}", None

    def close(self):
        self._server.should_exit = True
        self._thread.join()


class Accordion(BlockContext):
    takes = ("label",)


class Slider(Component):
    takes = ("minimum", "maximum", "value")


class Dropdown(Component):
    takes = ("choices", "value")


class Radio(Dropdown):
    pass


class Tab(BlockContext):
    takes = ("label",)


class UploadButton(Component):
    takes = ("label",)


def _kinds(base, names):
    return {name: type(name, (base,), {}) for name in names.split()}


globals().update(_kinds(BlockContext, "Row Column Group Tabs Form"))
globals().update(_kinds(Component, "Textbox Number Checkbox Button HTML Gallery File ColorPicker"))
TabItem = Tab


class Request:
    username = None


def create_app(_demo):
    from fastapi import FastAPI

    return FastAPI()


def update(**settings):
    return settings


def Info(_text):  # noqa: N802 - gradio's own names
    pass


Warning = Info  # noqa: A001

blocks = SimpleNamespace(Block=Block, BlockContext=BlockContext)
components = SimpleNamespace(IOComponent=Component)
context = SimpleNamespace(Context=SimpleNamespace(root_block=True))
layouts = SimpleNamespace(Form=globals()["Form"])
routes = SimpleNamespace(App=SimpleNamespace(create_app=create_app), templates=SimpleNamespace(TemplateResponse=None))
