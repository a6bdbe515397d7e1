"""Loads the extensions' scripts as the WebUI does, and runs them."""

import importlib.util
import inspect
import re
import sys
from collections import namedtuple
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import gradio as gr

from modules import errors, extensions, paths_internal, script_callbacks, shared

AlwaysVisible = object()

ScriptFile = namedtuple("ScriptFile", "basedir filename path")
ScriptClassData = namedtuple("ScriptClassData", "script_class path basedir module")

_HOOKS = (
    "setup before_process process before_process_batch after_extra_networks_activate process_batch before_hr "
    "process_before_every_sampling postprocess_batch postprocess_batch_list post_sample postprocess_image "
    "postprocess_maskoverlay postprocess_image_after_composite postprocess"
)
PROCESS_HOOKS = _HOOKS.split()


class PostSampleArgs:
    def __init__(self, samples):
        self.samples = samples


class PostprocessImageArgs:
    def __init__(self, image):
        self.image = image


class PostprocessBatchListArgs:
    def __init__(self, images):
        self.images = images


class Script:
    """The base class of all scripts; the hooks of PROCESS_HOOKS are added below and do nothing."""

    name = section = filename = args_from = args_to = tabname = group = controls = api_info = None
    infotext_fields = paste_field_names = on_before_component_elem_id = on_after_component_elem_id = None
    alwayson = is_txt2img = is_img2img = setup_for_ui_only = False
    create_group = True

    def title(self):
        raise NotImplementedError(f"{type(self).__name__} has no title")

    def ui(self, is_img2img):
        pass

    def show(self, is_img2img):
        return True

    def run(self, p, *args):
        pass

    def before_component(self, component, **kwargs):
        pass

    def after_component(self, component, **kwargs):
        pass

    def on_before_component(self, callback, *, elem_id):
        self.on_before_component_elem_id = [*(self.on_before_component_elem_id or []), (elem_id, callback)]

    def on_after_component(self, callback, *, elem_id):
        self.on_after_component_elem_id = [*(self.on_after_component_elem_id or []), (elem_id, callback)]

    def describe(self):
        return ""

    def _tab_part(self):
        both_tabs = self.show(True) == self.show(False)
        return f"{'img2img' if self.is_img2img else 'txt2img'}_" if both_tabs else ""

    def elem_id(self, item_id):
        words = re.sub(r"\s", "_", self.title().lower())
        title = "".join(re.findall("[a-z0-9_]", words))
        return f"script_{self._tab_part()}{title}_{item_id}"


class ScriptBuiltinUI(Script):
    """A part of the page that is written as a script: its element ids have no prefix."""

    setup_for_ui_only = True

    def show(self, is_img2img):
        return AlwaysVisible

    def elem_id(self, item_id):
        return f"{self._tab_part()}{item_id}"


def _no_hook(self, *args, **kwargs):
    pass


for _hook in PROCESS_HOOKS:
    setattr(Script, _hook, _no_hook)


class _Now:
    basedir = paths_internal.script_path


def basedir():
    return _Now.basedir


def list_scripts(scriptdirname, extension, *, include_extensions=True):
    """Files of that folder and ending: the WebUI's own first, then each extension's."""
    roots = [paths_internal.script_path] + [each.path for each in extensions.active() if include_extensions]
    return [
        ScriptFile(root, path.name, str(path))
        for root in roots
        for path in sorted(Path(root, scriptdirname).glob("*"))
        if path.is_file() and path.suffix.lower() == extension
    ]


def list_files_with_name(filename):
    roots = [paths_internal.script_path] + [each.path for each in extensions.active()]
    return [str(Path(root, filename)) for root in roots if Path(root, filename).is_file()]


def load_module(path):
    """Execute a file; its module is known to nobody, in particular not to sys.modules."""
    spec = importlib.util.spec_from_file_location(Path(path).name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


scripts_data: list[ScriptClassData] = []


def _load_script(file):
    """Execute one script file and note its scripts; the extension's root is in sys.path meanwhile."""
    search_path = sys.path
    try:
        if file.basedir != paths_internal.script_path:
            sys.path = [file.basedir, *search_path]
        _Now.basedir = file.basedir
        module = load_module(file.path)
        found = [each for each in vars(module).values() if inspect.isclass(each) and issubclass(each, Script)]
        scripts_data.extend(ScriptClassData(each, file.path, file.basedir, module) for each in found)
    except Exception:
        errors.report(f"Error loading script: {file.filename}", exc_info=True)
    finally:
        sys.path = search_path
        _Now.basedir = paths_internal.script_path


def load_scripts():
    for forget in (scripts_data.clear, script_callbacks.clear_callbacks):
        forget()
    own = list_scripts("modules/processing_scripts", ".py", include_extensions=False)
    for file in list_scripts("scripts", ".py") + own:
        _load_script(file)
    module = sys.modules[__name__]
    module.scripts_txt2img, module.scripts_img2img = ScriptRunner(), ScriptRunner()


reload_scripts = load_scripts


def wrap_call(func, filename, funcname, *args, default=None, **kwargs):
    """Call a script's function; an exception is reported, and the default comes back instead."""
    try:
        result = func(*args, **kwargs)
    except Exception:
        errors.report(f"{filename}: error in {funcname}", exc_info=True)
        return default
    return result


def _title(script):
    return wrap_call(script.title, script.filename, "title")


class ScriptRunner:
    def __init__(self):
        self.scripts, self.selectable_scripts, self.alwayson_scripts = [], [], []
        self.titles, self.title_map = [], {}
        self.infotext_fields, self.paste_field_names, self.inputs = [], [], [None]

    def initialize_scripts(self, is_img2img):
        tab = ("txt2img", "img2img")[is_img2img]
        made = [(data, wrap_call(data.script_class, data.path, "__init__")) for data in scripts_data]
        self.scripts[:] = []
        for data, script in made:
            if script is not None:
                names = {"filename": data.path, "tabname": tab, "is_txt2img": not is_img2img, "is_img2img": is_img2img}
                vars(script).update(names)
                visibility = script.show(is_img2img)
                script.alwayson = visibility is AlwaysVisible
                self.scripts += [script] if visibility else []
        self.alwayson_scripts[:] = [script for script in self.scripts if script.alwayson]
        self.selectable_scripts[:] = [script for script in self.scripts if not script.alwayson]

    def prepare_ui(self):
        self.inputs = [None]

    def create_script_ui(self, script):
        """Create the controls of a script, and note which of all inputs are its own."""
        from modules.api import models

        script.args_from = script.args_to = len(self.inputs)
        controls = script.controls = wrap_call(script.ui, script.filename, "ui", script.is_img2img)
        if controls is None:
            return
        script.name = (_title(script) or script.filename).lower()
        try:
            for control in controls:
                control.custom_script_source = Path(script.filename).name
            script.api_info = models.describe_script(script)
            self.infotext_fields += script.infotext_fields or []
            self.paste_field_names += script.paste_field_names or []
            self.inputs += controls
        except Exception:
            errors.report(f"{script.name}: error in its controls", exc_info=True)
        script.args_to = script.args_from + len(self.inputs[script.args_from :])

    def setup_ui_for_section(self, section, scriptlist=None):
        chosen = [each for each in self.alwayson_scripts if each.section == section]
        for script in chosen if scriptlist is None else scriptlist:
            group = gr.Group(visible=script.alwayson) if script.create_group else nullcontext()
            with group:
                self.create_script_ui(script)
            script.group = group if script.create_group else None

    def setup_ui(self):
        self.title_map = {(_title(each) or each.filename).lower(): each for each in self.scripts}
        self.titles = [_title(each) or f"{each.filename} [error]" for each in self.selectable_scripts]
        self.setup_ui_for_section(section=None)
        dropdown = gr.Dropdown(
            ["None", *self.titles], value="None", type="index", label="Script", elem_id="script_list"
        )
        self.inputs[:1] = [dropdown]
        self.setup_ui_for_section(None, scriptlist=self.selectable_scripts)
        groups = [script.group for script in self.selectable_scripts]
        dropdown.change(self._select, inputs=[dropdown], outputs=groups)
        self.infotext_fields.append((dropdown, lambda params: gr.update(value=params.get("Script", "None"))))
        self.infotext_fields.extend((group, self._show_pasted(i)) for i, group in enumerate(groups))
        return self.inputs

    def _select(self, index):
        shown = [gr.update(visible=number == (index or 0)) for number, _ in enumerate(self.selectable_scripts, 1)]
        return shown if len(shown) > 1 else shown[0]  # gradio wants no list for a single output

    def _show_pasted(self, number):
        return lambda params: gr.update(visible=params.get("Script") == self.titles[number])

    def script(self, title):
        return self.title_map.get(title.casefold())

    def run(self, p, *args):
        if not args[0]:
            return None
        script = self.selectable_scripts[args[0] - 1]
        processed = script.run(p, *args[script.args_from : script.args_to])
        shared.total_tqdm.reset()
        return processed

    def call_hook(self, hook, p, *extra, **kwargs):
        """Call one hook of all always-on scripts that have it; an exception is reported and forgotten."""
        for script in self.alwayson_scripts:
            if getattr(type(script), hook) is _no_hook:
                continue
            try:
                args = p.script_args[script.args_from : script.args_to]
                getattr(script, hook)(p, *extra, *args, **kwargs)
            except Exception:
                errors.report(f"Error running {hook}: {script.filename}", exc_info=True)

    def tell_component(self, when, component, kwargs):
        """Call what scripts want done before or after a component is made."""
        for script in list(self.scripts):
            try:
                elem_id = kwargs.get("elem_id")
                for wanted, callback in getattr(script, f"on_{when}_component_elem_id") or []:
                    if elem_id and wanted == elem_id:
                        callback(SimpleNamespace(component=component))
                getattr(script, f"{when}_component")(component, **kwargs)
            except Exception:  # noqa: PERF203
                errors.report(f"Error running {when}_component: {script.filename}", exc_info=True)

    def setup_scrips(self, p, *, is_ui=True):
        everything = self.alwayson_scripts
        if not is_ui:
            self.alwayson_scripts = [each for each in everything if not each.setup_for_ui_only]
        try:
            self.call_hook("setup", p)
        finally:
            self.alwayson_scripts = everything

    def __getattr__(self, hook):
        """`runner.process(p)` and its like."""
        if hook not in PROCESS_HOOKS:
            raise AttributeError(hook)
        return lambda p, *extra, **kwargs: self.call_hook(hook, p, *extra, **kwargs)


scripts_txt2img: ScriptRunner = None
scripts_img2img: ScriptRunner = None
scripts_current: ScriptRunner = None
