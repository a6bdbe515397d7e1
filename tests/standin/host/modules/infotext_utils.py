"""Reads the text that is saved along with pictures, and pastes it into the page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import gradio as gr

from modules import errors, paths_internal, prompt_parser, script_callbacks, shared

PARAMETER = re.compile(r'\s*(?P<key>\w[\w \-/]+):\s*(?P<value>"(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
SIZE = re.compile(r"(\d+)x(\d+)")
NEGATIVE = "Negative prompt:"
ABSENT = {
    "Clip skip": "1", "Hires resize-1": 0, "Hires resize-2": 0, "Hires sampler": "Use same sampler",
    "Hires schedule type": "Use same scheduler", "Hires checkpoint": "Use same checkpoint", "Hires prompt": "",
    "Hires negative prompt": "", "RNG": "GPU", "Schedule type": "Automatic", "VAE Encoder": "Full",
    "VAE Decoder": "Full", "FP8 weight": "Disable", "Schedule max sigma": 0, "Schedule min sigma": 0,
    "Schedule rho": 0, "Refiner switch by sampling steps": False,
}  # fmt: skip


class PasteField(tuple):
    def __new__(cls, component, target, *, api=None):
        field = super().__new__(cls, (component, target))
        field.component, field.api = component, api
        field.label = target if isinstance(target, str) else None
        field.function = target if callable(target) else None
        return field


paste_fields: dict[str, dict] = {}


def reset():
    paste_fields.clear()


def quote(text):
    return json.dumps(text, ensure_ascii=False) if any(mark in str(text) for mark in ",\n:") else text


def unquote(text):
    try:
        return json.loads(text) if text[:1] == '"' == text[-1:] else text
    except ValueError:
        return text


def parse_generation_parameters(x, skip_fields=None):
    *lines, last = x.strip().split("\n")
    if len(PARAMETER.findall(last)) < 3:
        lines.append(last)
        last = ""
    params = {}
    for found in PARAMETER.finditer(last):
        if found["value"] == "":
            print(f'Error parsing "{found["key"]}: "')
            continue
        value = unquote(found["value"])
        size = SIZE.fullmatch(value) if isinstance(value, str) else None
        params |= {f"{found['key']}-{i}": size[i] for i in (1, 2)} if size else {found["key"]: value}
    params |= _prompts(lines)
    params = {**{key: value for key, value in ABSENT.items() if key not in params}, **params}
    weights = [entry[1] for key in ("Prompt", "Negative prompt") for entry in _attention(params[key])]
    if any(weight not in {1.0, -1} for weight in weights):
        params.setdefault("Emphasis", "Original")
    for key in shared.opts.infotext_skip_pasting if skip_fields is None else skip_fields:
        params.pop(key, None)
    return params


def _attention(text):
    return prompt_parser.parse_prompt_attention(text)


def _prompts(lines):
    texts: dict[str, list[str]] = {"Prompt": [], "Negative prompt": []}
    kind = "Prompt"
    for line in map(str.strip, lines):
        if line.startswith(NEGATIVE):
            kind = "Negative prompt"
        texts[kind].append(line.removeprefix(NEGATIVE).strip() if kind != "Prompt" else line)
    return {kind: "\n".join(found) for kind, found in texts.items()}


def create_override_settings_dict(text_pairs):
    params = dict(pair.split(":", maxsplit=1) for pair in text_pairs)
    return {
        key: shared.opts.cast_value(key, params[info.infotext].strip())
        for key, info in shared.opts.data_labels.items()
        if info.infotext in params
    }


def get_override_settings(params, *, skip_fields=None):
    found = []
    for key, info in shared.opts.data_labels.items():
        if info.infotext in params and info.infotext not in (skip_fields or {}):
            value = shared.opts.cast_value(key, params[info.infotext])
            if value != getattr(shared.opts, key, None):
                found.append((info.infotext, key, value))
    return found


def add_paste_fields(tabname, init_img, fields, override_settings_component=None):
    fields = [field if isinstance(field, PasteField) else PasteField(*field) for field in fields]
    paste_fields[tabname] = {
        "init_img": init_img, "fields": fields, "override_settings_component": override_settings_component,
    }  # fmt: skip


def paste(tabname, infotext):
    """What each field of the tab is updated with when this infotext is pasted."""
    if not infotext and Path(paths_internal.data_path, "params.txt").is_file():
        infotext = Path(paths_internal.data_path, "params.txt").read_text(encoding="utf8")
    params = parse_generation_parameters(infotext)
    script_callbacks.infotext_pasted_callback(infotext, params)
    return [_update(field, params) for field in paste_fields[tabname]["fields"]]


def _update(field, params):
    try:
        read = field.function or (lambda found: found.get(field.label))
        value = read(params)
        if value is None or isinstance(value, dict):
            return value or gr.update()
        kind = type(field.component.value)
        if kind is bool and value == "False":
            return gr.update(value=False)
        return gr.update(value=float(value) if kind is int else kind(value))
    except Exception:
        errors.report(f"Error pasting {field.label or field.function}", exc_info=True)
        return gr.update()


def connect_paste(button, input_comp, tabname):
    outputs = [field.component for field in paste_fields[tabname]["fields"]]
    button.click(lambda text: paste(tabname, text), inputs=[input_comp], outputs=outputs, show_progress=False)
