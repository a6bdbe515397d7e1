"""The WebUI's own kinds of gradio components."""

import itertools
from functools import wraps

import gradio as gr

from modules.gradio_line import IS_4, JS


class FormComponent:
    def get_expected_parent(self):
        return gr.layouts.Form


gr.Dropdown.get_expected_parent = lambda self: gr.layouts.Form  # as in the WebUI, for all extensions


def _component(name, base, *, form=True, **settings):
    """Derive a component which fits into a form, or has settings of its own; gradio takes it for its base."""

    @wraps(base.__init__)  # gradio 4 tells the page what the signature names
    def init(self, *values, **named):
        classes = [*settings.get("elem_classes", []), *(named.pop("elem_classes", None) or [])]
        base.__init__(self, *values, **{**settings, **named, "elem_classes": classes})

    body = {"__init__": init, "get_block_name": lambda self: base.__name__.lower()}
    # Forge names the base first, so that gradio 4 puts no form around its rows and groups, which would hide them.
    bases = (base, FormComponent) if IS_4 else (FormComponent, base)
    return type(base)(name, bases if form else (base,), body)


ToolButton = _component("ToolButton", gr.Button, elem_classes=["tool"])
ResizeHandleRow = _component("ResizeHandleRow", gr.Row, form=False, elem_classes=["resize-handle-row"])
FormRow = _component("FormRow", gr.Row)
FormColumn = _component("FormColumn", gr.Column)
FormGroup = _component("FormGroup", gr.Group)
FormHTML = _component("FormHTML", gr.HTML)
FormColorPicker = _component("FormColorPicker", gr.ColorPicker)
DropdownMulti = _component("DropdownMulti", gr.Dropdown, multiselect=True)
DropdownEditable = _component("DropdownEditable", gr.Dropdown, allow_custom_value=True)


class InputAccordion(gr.Checkbox):
    """A hidden checkbox and an accordion; script.js keeps the two together."""

    _numbers = itertools.count()

    def __init__(self, value=False, **kwargs):
        if gr.context.Context.root_block is None:  # gradio 4 makes a component anew to update it
            super().__init__(value, **kwargs)
            return
        self.accordion_id = kwargs.pop("elem_id", None) or f"input-accordion-{next(self._numbers)}"
        label = kwargs.get("label", "Accordion")
        super().__init__(value, **{**kwargs, "elem_id": f"{self.accordion_id}-checkbox", "visible": False})
        script = f"(checked) => inputAccordionChecked({self.accordion_id!r}, checked)"
        self.change(fn=None, inputs=[self], **{JS: script})
        self.accordion = gr.Accordion(label, open=value, elem_id=self.accordion_id, elem_classes=["input-accordion"])

    def extra(self):
        return gr.Column(elem_id=f"{self.accordion_id}-extra", elem_classes="input-accordion-extra", min_width=0)

    def __enter__(self):
        return self if self.accordion.__enter__() else None

    def __exit__(self, *raised):
        return self.accordion.__exit__(*raised)

    def get_block_name(self):
        return gr.Checkbox.__name__.lower()
