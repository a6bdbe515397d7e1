"""Settings: their descriptions and their values."""

import json
from pathlib import Path

from modules import errors

_OWN_FIELDS = ("data_labels", "data", "restricted_opts")


class OptionInfo:
    def __init__(
        self, default=None, label="", component=None, component_args=None, onchange=None, section=None,
        refresh=None, comment_before="", comment_after="", infotext=None, restrict_api=False, category_id=None,
    ):  # fmt: skip
        self.default, self.label, self.component, self.component_args = default, label, component, component_args
        self.onchange, self.section, self.refresh = onchange, section, refresh
        self.comment_before, self.comment_after = comment_before, comment_after
        self.infotext, self.restrict_api, self.category_id = infotext, restrict_api, category_id
        self.do_not_save = False

    def _with(self, before="", after=""):
        self.comment_before, self.comment_after = self.comment_before + before, self.comment_after + after
        return self

    def info(self, info):
        return self._with(after=f"<span class='info'>({info})</span>")

    def html(self, html):
        return self._with(after=html)

    def needs_restart(self):
        return self._with(after=" <span class='info'>(requires restart)</span>")

    def needs_reload_ui(self):
        return self._with(after=" <span class='info'>(requires Reload UI)</span>")

    def link(self, label, url):
        return self._with(before=f'[<a href="{url}" target="_blank">{label}</a>]')

    def js(self, label, js_func):
        return self._with(before=f'[<a onclick="{js_func}(); return false">{label}</a>]')


class OptionHTML(OptionInfo):
    def __init__(self, text):
        super().__init__(text.strip())
        self.do_not_save = True


def options_section(section_identifier, options_dict):
    for info in options_dict.values():
        info.section = tuple(section_identifier[:2])
        info.category_id = section_identifier[2] if len(section_identifier) > 2 else info.category_id
    return options_dict


class Options:
    """Reads and writes settings as attributes; anything unknown is an ordinary attribute."""

    def __init__(self, data_labels, restricted_opts=frozenset()):
        self.data_labels, self.restricted_opts, self.data = data_labels, restricted_opts, {}
        self.reset()

    def reset(self):
        """Put every setting back to its default (the stand-in's own, between two starts)."""
        self.data = {}

    def __setattr__(self, key, value):
        known = key not in _OWN_FIELDS and (key in self.data or key in self.data_labels)
        if not known:
            super().__setattr__(key, value)
        elif not self.data_labels[key].do_not_save:
            self.data[key] = value

    def __getattr__(self, key):
        if key in _OWN_FIELDS:
            raise AttributeError(key)
        if key in self.data:
            return self.data[key]
        if key in self.data_labels:
            return self.data_labels[key].default
        raise AttributeError(f"'Options' object has no attribute '{key}'")

    def set(self, key, value, is_api=False, run_callbacks=True):
        """Change a setting as the page or the API would; say whether it has changed."""
        info, before = self.data_labels[key], self.data.get(key)
        kept_out = info.do_not_save or (is_api and info.restrict_api)
        if kept_out or before == value:
            return False
        self.data[key] = value
        try:
            if info.onchange and run_callbacks:
                info.onchange()
        except Exception as e:
            errors.display(e, f"setting {key} to {value}")
            self.data[key] = before
            return False
        return True

    def get_default(self, key):
        info = self.data_labels.get(key)
        return info.default if info else None

    def add_option(self, key, info):
        self.data_labels |= {key: info}
        if not info.do_not_save:
            self.data.setdefault(key, info.default)

    def onchange(self, key, func, call=True):
        self.data_labels[key].onchange = func
        if call:
            func()

    def cast_value(self, key, value):
        example = self.data_labels[key].default
        example = getattr(self, key, None) if example is None else example
        if value is None or example is None:
            return None
        return False if isinstance(example, bool) and value == "False" else type(example)(value)

    def save(self, filename):
        Path(filename).write_text(json.dumps(self.data, indent=4, ensure_ascii=False), encoding="utf8")

    def load(self, filename):
        """Take the saved settings; without a file, nothing but defaults is known, and no value is saved."""
        path = Path(filename)
        self.data = json.loads(path.read_text(encoding="utf8")) if path.is_file() else {}

    def dumpjson(self):
        return json.dumps({key: self.data.get(key, info.default) for key, info in self.data_labels.items()})
