import re
import zlib
from graphlib import CycleError
from pathlib import Path

import pytest

from sd_expression_grid.page import assets

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "sd_expression_grid"
ENTRIES = [PACKAGE / "page/files/page.js", PACKAGE / "report/writing/report.js"]
MODULES = sorted(PACKAGE.rglob("*.js"))


def written(folder, **modules):
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder / "entry.js"


def test_a_module_comes_after_what_it_imports_and_once(tmp_path):
    entry = written(
        tmp_path,
        entry='import { a } from "./first.js";\nimport { b, c } from "./second.js";\na(b, c);\n',
        first='import { b } from "./second.js";\nconst a = b;\nexport { a };\n',
        second="const b = 1;\nconst c = 2;\nexport { b, c };\n",
    )
    functions = re.findall(r'^modules\["(\w+)\.js"\] = \(\(\) => \{\n(.*?)\n\}\)\(\);$', script(entry), re.M | re.S)
    assert functions == [
        ("second", "const b = 1;\nconst c = 2;\nreturn { b, c };"),
        ("first", 'const { b } = modules["second.js"];\nconst a = b;\nreturn { a };'),
        ("entry", 'const { a } = modules["first.js"];\nconst { b, c } = modules["second.js"];\na(b, c);'),
    ]


def script(entry):
    return assets.joined_script(entry)


def test_modules_that_import_in_a_circle_are_an_error(tmp_path):
    text = 'import {{ x }} from "./{}.js";\nexport {{ x }};\n'
    with pytest.raises(CycleError):
        script(written(tmp_path, entry=text.format("other"), other=text.format("entry")))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_scripts_of_pages_are_one_function_without_a_line_of_module_syntax(entry):
    joined = script(entry)
    assert joined.startswith('(() => {\n"use strict";\n')
    assert joined.endswith("})();\n")
    assert re.findall(r"^(?:import|export)\b.*", joined, re.M) == []
    assert re.findall(r"^modules\[.*\] = ", joined, re.M)[-1] == f'modules["{entry.name}"] = '
    assert joined.count("expressionGrid.dom = ") == 1


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_what_a_module_imports_is_exported_there(module):
    for names, address in re.findall(r'^import \{(.*?)\} from "(.*?)";$', module.read_text(encoding="utf-8"), re.M):
        source = (module.parent / address).read_text(encoding="utf-8")
        (exported,) = re.findall(r"^export \{(.*?)\};$", source, re.M)
        assert set(split(names)) <= set(split(exported)), address


def split(names):
    return [name.strip() for name in names.split(",")]


def test_every_module_is_part_of_a_page():
    joined = "".join(map(script, ENTRIES))
    assert [module.name for module in MODULES if f'modules["{module.name}"] = ' not in joined] == []


def test_a_style_begins_with_the_palette(tmp_path):
    (tmp_path / "own.css").write_text("p {\n    color: var(--text);\n}\n")
    style = assets.joined_style(tmp_path / "own.css")
    assert "--text: light-dark(#1c1c1e, #ececee);" in style
    assert style.endswith("\n}\n\np {\n    color: var(--text);\n}\n")


def test_every_colour_is_in_the_palette():
    palette = (PACKAGE / "page/files/palette.css").read_text(encoding="utf-8")
    names = set(re.findall(r"^ +(--[\w-]+): ", palette, re.M))
    for file in [*PACKAGE.rglob("*.css"), ROOT / "style.css"]:
        if file.name != "palette.css":
            text = file.read_text(encoding="utf-8")
            assert re.findall(r"#[0-9a-f]{3,8}\b(?=[;,) ])|\brgb\(|\boklch\(|\bhsl\(", text) == [], file.name
            names -= set(re.findall(r"var\((--[\w-]+)", text))
    assert names == set()


def test_all_that_has_these_colours_is_dark_in_a_dark_webui():
    palette = (PACKAGE / "page/files/palette.css").read_text(encoding="utf-8")
    ours = set(re.findall(r"^(\.expression-grid-\w+)[, ]", palette, re.M))
    style = (ROOT / "style.css").read_text(encoding="utf-8")
    dark = re.search(r"\}\n\n([^{}]*)\{\n    color-scheme: dark;", style)[1]
    of_pages = {".expression-grid-study", ".expression-grid-report"}
    assert len(ours) > 5
    assert set(re.findall(r"\.expression-grid-\w+", dark)) == ours - of_pages


def test_the_webui_fetches_a_changed_palette_anew():
    palette = (PACKAGE / "page/files/palette.css").read_text(encoding="utf-8")
    version = f"{zlib.crc32(palette.encode()):08x}"
    style = (ROOT / "style.css").read_text(encoding="utf-8")
    assert f'@import url("sd_expression_grid/page/files/palette.css?{version}");' in style


def test_every_script_of_the_webui_bears_the_extensions_name():
    names = [file.name for file in (ROOT / "javascript").iterdir()]
    assert "expression_grid_dom.js" in names
    assert [name for name in names if not re.fullmatch(r"expression_grid_\w+\.js", name)] == []
