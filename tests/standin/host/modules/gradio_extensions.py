"""Small changes to gradio: style classes, tooltips, and scripts told of each component."""

from functools import wraps

import gradio as gr

from modules import script_callbacks, scripts
from modules.gradio_line import Component


def _tell(when, component, kwargs):
    getattr(script_callbacks, f"{when}_component_callback")(component, **kwargs)
    runner = scripts.scripts_current
    if runner:
        runner.tell_component(when, component, kwargs)


def _wrap_init(original):
    @wraps(original)
    def init(self, *args, **kwargs):
        self.webui_tooltip = kwargs.pop("tooltip", "")
        _tell("before", self, kwargs)
        original(self, *args, **kwargs)
        self.elem_classes = [f"gradio-{self.get_block_name()}", *(self.elem_classes or [])]
        if getattr(self, "multiselect", False):
            self.elem_classes.append("multiselect")
        _tell("after", self, kwargs)

    return init


def _wrap_config(original):
    @wraps(original)
    def get_config(self):
        config = {key: value for key, value in original(self).items() if key != "example_inputs"}
        tooltip = getattr(self, "webui_tooltip", "")
        return {**config, "webui_tooltip": tooltip} if tooltip else config

    return get_config


Component.__init__ = _wrap_init(Component.__init__)
gr.blocks.BlockContext.__init__ = _wrap_init(gr.blocks.BlockContext.__init__)
gr.blocks.Block.get_config = _wrap_config(gr.blocks.Block.get_config)
