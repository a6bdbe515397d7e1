"""Lists and templates as people paste them: every line is made as it is meant, or named before anything is made."""

import json
import re
from uuid import uuid4

import pytest

from tests.contract.test_studies import lasting
from tests.pixels import difference

LONG = "惊讶的表情，张开嘴巴，睁大眼睛，眉毛抬起，嘴角微微向下，"
FACES = [
    r":p",
    r":o",
    r":d",
    r":3",
    r":<",
    r":q",
    r":|",
    r":/",
    r";)",
    r">:(",
    r"\(^o^)/",
    r"^_^",
    r"@_@",
    r"+_+",
    r"=_=",
    r"|_|",
    r";|",
    r">_<",
    r":>",
    r";d",
    r"xd",
    r":t",
    r"0_0",
    r"|o|",
    r"o_o",
]
HIRES = {"enable_hr": True, "hr_scale": 1.5, "denoising_strength": 0.7, "hr_upscaler": "Latent"}
LISTS = {
    "comment headings and a blank first line": ("\n# Eyes\nclosed eyes\nwide eyes\n\n# Mouth\nopen mouth\n", 3),
    "repeated and mixed-case words": ("Smile\nsmile\nangry\nANGRY\nsad\nsmile", 3),
    "trailing commas": ("smile,\nsad, crying,\nangry，", 3),
    "underscores": ("light_smile\nhalf-closed_eyes\nd:_tongue", 3),
    "weights first": ("(smile:1.3), happy\n(frown:1.2)\n((shouting)), angry", 3),
    "Chinese": (f"微笑、开心\n哭泣，悲伤\n生气\n{LONG}看着镜头\n{LONG}看着窗外", 5),
    "bare face tags": ("\n".join(FACES), len(FACES)),
    "escaped brackets": ("gloom \\(expression\\)\nparted lips\nsmug \\(face\\), grin", 3),
    "a table in Markdown": ("| smile | smiling |\n| sad | crying, tears |", 2),
    "a spreadsheet": ("smile\tsmiling\t\nsad\tcrying\t\t\nbored\t\t", 3),
    "cells with line breaks": ('Smile\t"smiling,\n""grin"""\nSad\t"crying\r\ntears"\nangry', 3),
    "cells with line breaks after bars": ('Smile | "smiling,\ngrin"\nSad|"crying\r\ntears"\nangry', 3),
    "fullwidth bars": ("笑顔｜smile\nSad ｜ crying, tears\n(｜_｜)", 3),
    "prompt syntax": ("[smile|grin]\n[sad:crying:0.5]\n(a, b:1.1)\n{happy|sad} face\n1.5, :5", 5),
}


def study(webui, page=None, **asked):
    given = {"characters": "mei", "reference": "", "name": uuid4().hex, **asked}
    return webui.study(given, **{"steps": 5, **(page or {})})


def record(answer):
    lines = (answer.folder / "cells.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def words(text):
    """What the text encoder is given of a text, escapes and brackets apart."""
    return re.sub(r":1\.\d(?=\))|[\\()\[\]]", "", text)


@pytest.mark.parametrize("kind", LISTS)
def test_a_real_list_is_taken_whole(webui, kind):
    text, rows = LISTS[kind]
    answer = study(webui, expressions=text, composition="hair, eyes", switch_at=0.4)
    assert answer.status == 200, answer.message
    made = record(answer)
    assert [one["status"] for one in made] == ["done"] * rows
    assert len({one["expression"] for one in made}) == rows
    written = json.loads((answer.folder / "study.json").read_text(encoding="utf-8"))["expressions"]
    texts = {row["label"]: row["text"] for row in written}
    for one in made:
        prompt = one["infotext"].split("\n")[0]
        assert "[hair, eyes:" in prompt
        assert words(texts[one["expression"]]) in words(prompt)


@pytest.mark.parametrize("face", [":3", ":|", "\\(^o^)/", "1.5, :5", "=_="])
@pytest.mark.parametrize("composition", ["", "hair"])
def test_a_face_at_the_end_of_a_prompt_is_words(webui, face, composition):
    asked = {"prompt": "photo, {character}, {expression}", "composition": composition, "switch_at": 0.4}
    answer = study(webui, expressions=f"x | {face}", **asked)
    assert answer.status == 200, answer.message
    (picture, infotext) = answer.cells[0]
    again, other = webui.again(infotext, steps=5)
    assert difference(picture, again) == 0
    assert lasting(webui, infotext) == lasting(webui, other)


def test_a_number_at_the_end_of_a_character_is_no_weight(webui):
    """With the weight 3, and with the face as words before a comma that ends nothing, are two pictures."""
    prompts = {"weight": "photo, sad, cat girl, :3", "words": "photo, sad, cat girl, :\\3"}
    plain = {name: webui.txt2img(prompt=prompt, steps=5).pictures[0] for name, prompt in prompts.items()}
    assert difference(plain["weight"], plain["words"]) > 0
    asked = {"prompt": "photo, {expression}, {character}", "composition": ""}
    answer = study(webui, expressions="sad", **{**asked, "characters": "Neko | <lora:mei:0> cat girl, :3"})
    bare = study(webui, expressions="sad", **{**asked, "characters": "Neko | cat girl, :3"})
    assert difference(bare.cells[0][0], plain["words"]) == 0
    assert difference(answer.cells[0][0], plain["words"]) <= 1


def test_a_weight_that_the_template_ends_in_is_the_users(webui):
    answer = study(webui, expressions="sad", composition="", prompt="{expression}, {character} :0.5")
    assert difference(answer.cells[0][0], webui.txt2img(prompt="sad, mei :0.5", steps=5).pictures[0]) == 0


def test_placeholders_that_are_words_leave_tags_and_other_words_alone(webui):
    asked = {"expression_placeholder": "smile", "character_placeholder": "1girl", "composition": ""}
    template = "photo, smile, 1girl, smiles <lora:mei:0.5>"
    answer = study(webui, expressions="sad", prompt=template.replace("mei", "Noor"), **asked)
    assert answer.cells[0][1].startswith("photo, sad, mei, smiles <lora:Noor:0.5>")


def test_a_name_may_stand_in_a_tag_of_the_template(webui):
    asked = {"composition": "", "prompt": "{expression} <lora:{character}:0.5> woman", "reference": "1girl"}
    answer = study(webui, expressions="sad", characters="Noor\nmei", **asked)
    assert answer.status == 200, answer.message
    prompts = {one["character"]: one["infotext"].split("\n")[0] for one in record(answer)}
    tags = {name: re.findall("<lora:[^>]*>", prompt) for name, prompt in prompts.items()}
    assert tags == {"reference": [], "Noor": ["<lora:Noor:0.5>"], "mei": ["<lora:mei:0.5>"]}
    written = json.loads((answer.folder / "study.json").read_text(encoding="utf-8"))
    assert [one["kind"] for one in written["characters"]] == ["lora", "lora"]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ({"characters": "x | Noor, woman", "prompt": "{expression} <lora:{character}:1>"}, "named 'Noor, woman'"),
        ({"characters": "x | <lora:mei:1>", "prompt": "{expression} <lora:{character}:1>"}, "write the name alone"),
        ({"prompt": "{character} {expression} <lora:{expression}_slider:1>"}, "cannot stand in the network tag"),
        ({"characters": "mei\nempty |"}, "characters, line 2 (empty |): there is no text after the bar"),
        ({"characters": "<lora:Noor:0.8> noor | weight=0.6"}, "'weight' is no key; the nearest: weights"),
        ({"characters": "<lora:Noor:0.8> noor | Noor"}, "the label comes first: Noor | <lora:Noor:0.8> noor"),
        ({"characters": "<lora:Noor:0.4>\n<lora:Noor:0.8>"}, "weights=0.4,0.8"),
        (
            {"characters": [{"label": "N", "text": "<lora:Noor:1>", "weight": 0.5}]},
            'characters[0] (N): its weight is 0.5, but its text is made at 1; write "weights": [0.5]',
        ),
        (
            {"prompt": "[neutral:{expression}:0.3] | {character}"},
            "prompt: the WebUI would draw '[neutral:{expression}:0.3]' as words; look for a stray bracket, bar or",
        ),
        (
            {"prompt": "[neutral:{expression}:0,3] {character}", "composition": "hair", "switch_at": 0.4},
            "prompt: the WebUI would draw '[neutral:{expression}:0,3]' as words; a prompt edit ends in a number",
        ),
        (
            {"characters": "N | x | prompt=[neutral:{expression}:30%] {character}"},
            "characters, line 1 (N | x | prompt=[neutral:{expression}:30%] {character}): the WebUI would draw '[",
        ),
        (
            {"prompt": "[neutral:{expression}:0.3 {character}"},
            "prompt: no ] closes the [ of '[neutral:{expression}:0.3 {character}'",
        ),
        (
            {"prompt": "{expression}, {Expression}, {character}"},
            "prompt: '{Expression}' would be drawn as words; write {expression}",
        ),
        (
            {"characters": "［LoRAs］\nmei"},
            "characters, line 1 (［LoRAs］): it reads as a group's title; write [LoRAs] alone",
        ),
        ({"characters": "[LoRAs] # x\nmei"}, "characters, line 1 ([LoRAs] # x): a comment needs a line of its own"),
        ({"expressions": "＃ Eyes\nsad"}, "expressions, line 1 (＃ Eyes): a comment starts with # instead of ＃"),
        ({"characters": [{"label": "<lora:Noor:1>", "text": "noor"}]}, "the label holds a network tag"),
        ({"expressions": "sad\nface|:|"}, "expressions, line 2 (face|:|): it ends in a bar"),
        (
            {"expressions": "sad\n｜ glad ｜"},
            "expressions, line 2 (｜ glad ｜): the fullwidth bar in it",
        ),
        ({"expressions": "sad\n[a｜b]"}, "expressions, line 2 ([a｜b]): the fullwidth bar in it divides nothing"),
        ({"expressions": 'sad\n"Glad","glad, happy"'}, "it reads as a line of a CSV file"),
        (
            {"characters": "mei\n‹lora：Noor：1›"},
            "characters, line 2 (‹lora：Noor：1›): '‹lora：Noor：1›' is no",
        ),
        (
            {"characters": "mei\n＜lora：Noor：1＞"},
            "characters, line 2 (＜lora：Noor：1＞): '＜lora：Noor：1＞' is no",
        ),
        (
            {"characters": "mei\n<lora：Noor:1>"},
            "characters, line 2 (<lora：Noor:1>): '<lora：Noor:1>' is no",
        ),
    ],
)
def test_what_cannot_be_meant_is_named_before_anything_is_made(webui, asked, part):
    answer = study(webui, **{"expressions": "sad", "composition": "", **asked})
    assert answer.status == 422
    assert part in answer.message


def test_labels_groups_and_repeated_lines(webui):
    characters = "[LoRAs: celebrities]\n<lora:Noor:1>, noor, black hair\nmei <lora:mei:1>\nmei <lora:mei:1>"
    answer = study(webui, expressions=":/ | odd\n:< | sad\n:/ | odd", characters=characters, composition="")
    assert answer.status == 200, answer.message
    assert {one["character"] for one in record(answer)} == {"Noor", "mei"}
    assert sorted({one["file"] for one in record(answer)}) == sorted(one["file"] for one in record(answer))
    written = json.loads((answer.folder / "study.json").read_text(encoding="utf-8"))
    assert {one["group"] for one in written["characters"]} == {"LoRAs: celebrities"}
    told = answer.info["extra_generation_params"]["Comments"]
    assert "expressions: repeated lines are taken once: 3" in told
    assert "characters: repeated lines are taken once: 4" in told


def test_braces_do_no_harm(webui):
    asked = {"prompt": "photo {in|out}doors, {expression}, {character}", "composition": "hair", "switch_at": 0.4}
    answer = study(webui, expressions="{happy|sad}\n{2$$a|b|c}", characters="{x|y}", **asked)
    assert answer.status == 200, answer.message
    prompts = [one["infotext"].split("\n")[0] for one in record(answer)]
    assert prompts == [
        r"photo {in\|out}doors, [hair:{happy\|sad}:0.4], {x\|y}",
        r"photo {in\|out}doors, [hair:{2$$a\|b\|c}:0.4], {x\|y}",
    ]


@pytest.mark.slow
def test_a_list_of_a_hundred_and_fifty_lines_is_taken_whole(webui):
    lines = "\n".join(f"face_{number}, (look {number}:1.1)" for number in range(150))
    answer = webui.study(
        {"expressions": lines, "characters": "mei", "reference": "", "composition": "", "name": uuid4().hex},
        steps=1,
        send_images=False,
    )
    assert answer.status == 200, answer.message
    assert [one["status"] for one in record(answer)] == ["done"] * 150


@pytest.mark.alone
@pytest.mark.parametrize("pasted", ['"{}"', "'{}'", " “{}” "])
def test_the_studies_folder_may_be_pasted_in_quotes(webui, tmp_path, pasted):
    webui.post("/sdapi/v1/options", {"expression_grid_folder": pasted.format(tmp_path)})
    try:
        answer = study(webui, expressions="sad", composition="")
    finally:
        webui.post("/sdapi/v1/options", {"expression_grid_folder": ""})
    assert answer.folder.parent == tmp_path


def test_settings_that_the_webui_would_make_otherwise_are_named(webui):
    asked = {"expressions": "sad", "characters": "mei", "reference": "", "composition": "", "name": uuid4().hex}
    upscaler = webui.study(asked, enable_hr=True, hr_upscaler="no such upscaler")
    assert upscaler.status == 422
    assert "hires upscaler: the WebUI has no upscaler 'no such upscaler'; it has " in upscaler.message
    odd = webui.study(asked, width=104, height=72)
    assert odd.status == 200
    told = "\n".join(odd.info["extra_generation_params"]["Comments"])
    assert ("makes pictures of 104×72 as 128×64" in told) == (odd.cells[0][0].size == (128, 64))
    assert "was requested" not in told


def test_a_size_that_cannot_be_made_is_told(webui):
    answer = study(webui, {"width": 70, "height": 76}, expressions="sad", composition="")
    assert answer.status == 200, answer.message
    assert record(answer)[0].get("warning", "") == ""
    width, height = answer.cells[0][0].size
    told = answer.info["extra_generation_params"]["Comments"]
    assert f"the WebUI makes pictures of 70×76 as {width}×{height}" in told


@pytest.mark.parametrize("target", [{"hr_resize_x": 100, "hr_resize_y": 100}, {"hr_scale": 1.55}])
def test_a_hires_size_that_cannot_be_made_is_told(webui, target):
    page = {"width": 64, "height": 64, "enable_hr": True, "hr_upscaler": "Latent", "denoising_strength": 0.7, **target}
    answer = study(webui, page, expressions="sad", composition="")
    assert answer.status == 200, answer.message
    width, height = answer.cells[0][0].size
    asked = target.get("hr_resize_x", 99)
    told = answer.info["extra_generation_params"]["Comments"]
    assert f"the WebUI makes hires pictures of {asked}×{asked} as {width}×{height}" in told


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ({"enable_hr": True, "hr_sampler_name": "Oiler"}, "hires sampler: the WebUI has no sampler 'Oiler'; it has "),
        ({"enable_hr": True, "hr_checkpoint_name": "gone"}, "hires checkpoint: the WebUI has no checkpoint 'gone'; it"),
        (
            {"enable_hr": True, "hr_scheduler": "Karas"},
            "hires schedule type: the WebUI has no schedule type 'Karas'; it",
        ),
        ({"scheduler": "Karas"}, "schedule type: the WebUI has no schedule type 'Karas'; it has Automatic, "),
        ({"refiner_checkpoint": "gone", "refiner_switch_at": 0.5}, "refiner checkpoint: the WebUI has no checkpoint"),
    ],
)
def test_names_of_the_page_that_are_not_there_are_refused(webui, asked, part):
    names = {"expressions": "sad", "characters": "mei", "composition": "", "name": uuid4().hex}
    answer = webui.study(names, **asked)
    assert answer.status == 422, answer.info
    assert part in answer.message


@pytest.mark.parametrize(
    ("setting", "kind"), [("sd_model_checkpoint", "checkpoint"), ("sd_vae", "VAE"), ("sd_lora", "LoRA"),
                          ("sd_hypernetwork", "hypernetwork")]
)  # fmt: skip
def test_names_in_override_settings_that_are_not_there_are_refused(webui, setting, kind):
    if setting not in webui.get("/sdapi/v1/options") or (webui.name in ("forge", "neo") and kind == "VAE"):
        pytest.skip("this WebUI has no such setting, or takes no heed of it")
    answer = study(webui, {"override_settings": {setting: "nothere"}}, expressions="sad", composition="")
    assert answer.status == 422, answer.info
    assert f"override setting {setting}: the WebUI has no {kind} 'nothere'" in answer.message


def test_names_in_override_settings_that_are_there_are_taken(webui):
    named = {"sd_lora": "Noor", "sd_model_checkpoint": webui.get("/sdapi/v1/sd-models")[0]["model_name"]}
    answer = study(webui, {"override_settings": named}, expressions="sad", composition="")
    assert answer.status == 200, answer.message


@pytest.mark.parametrize(
    ("page", "part"),
    [
        ({"override_settings": {"clip_skip": 2}}, "override settings: the WebUI has no setting 'clip_skip'"),
        ({"n_iter": 0}, "batch count and batch size: each has to be at least 1"),
        ({"seed": -2, "n_iter": 2}, "seed: 2 seeds from -2 hold -1, for which the WebUI draws a random seed"),
    ],
)
def test_what_the_webui_would_fail_at_is_refused(webui, page, part):
    answer = study(webui, page, expressions="sad", composition="")
    assert answer.status == 422, answer.body
    assert part in answer.message


def test_a_seed_below_minus_one_is_a_seed_like_others(webui):
    answer = study(webui, {"seed": -2}, expressions="sad", composition="")
    assert answer.status == 200, answer.message
    assert [(one["seed"], one.get("warning", "")) for one in record(answer)] == [(-2, "")]


def test_styles_that_are_not_there_are_refused(webui):
    answer = study(webui, {"styles": ["None", "Nonexist"]}, expressions="sad", composition="")
    assert answer.status == 422, answer.info
    assert answer.message.startswith("styles: the WebUI has no style 'Nonexist'")


def test_a_sampler_with_its_schedule_type_is_known_as_it_once_was(webui):
    names = {"expressions": "sad", "characters": "mei", "composition": "", "name": uuid4().hex}
    made = webui.study(names, sampler_name="DPM++ 2M Karras", scheduler="karras")
    assert made.status == 200
    assert "Sampler: DPM++ 2M, Schedule type: Karras" in made.cells[0][1]


def plain_picture(webui, prompt):
    return webui.txt2img(prompt=prompt, steps=5).pictures[0]


@pytest.mark.parametrize(
    ("template", "meant", "misread"),
    [
        ("sad, [a:{character}:0.5]", r"sad, [a:cat girl, \:3:0.5]", "sad, [a:cat girl, :3:0.5]"),
        ("sad, [{character}|dog]", r"sad, [cat girl, \:3|dog]", "sad, [cat girl, :3|dog]"),
        ("sad, [{character}] here", r"sad, [cat girl, \:3] here", "sad, [cat girl, :3] here"),
        ("sad, ({character}) here", r"sad, (cat girl, :\3) here", "sad, (cat girl, :3) here"),
        (
            "sad, ({character}<lora:mei:0>) x",
            r"sad, (cat girl, :\3<lora:mei:0>) x",
            "sad, (cat girl, :3<lora:mei:0>) x",
        ),
    ],
)
def test_a_face_in_brackets_of_the_template_is_words(webui, template, meant, misread):
    asked = {"expressions": "sad", "characters": "x | cat girl, :3", "composition": ""}
    answer = study(webui, prompt=template.replace("sad", "{expression}"), **asked)
    assert answer.status == 200, answer.message
    assert difference(answer.cells[0][0], plain_picture(webui, meant)) == 0
    assert difference(answer.cells[0][0], plain_picture(webui, misread)) > 0


def test_a_row_in_brackets_of_the_template_is_words(webui):
    asked = {"expressions": "x | smile :3", "composition": "hair", "switch_at": 0.4, "characters": "mei"}
    answer = study(webui, prompt="{character}, ({expression})", **asked)
    assert answer.status == 200, answer.message
    assert difference(answer.cells[0][0], plain_picture(webui, r"mei, ([hair:smile \:\3:0.4])")) == 0
    assert difference(answer.cells[0][0], plain_picture(webui, r"mei, ([hair:smile \:3:0.4])")) > 0


def test_and_in_an_edit_of_the_template_is_refused(webui):
    asked = {"expressions": "sad", "composition": "", "prompt": "{expression}, [a:{character}:0.5]"}
    answer = study(webui, characters="mei\nx | cat AND dog", **asked)
    assert answer.status == 422
    assert "characters, line 2 (x | cat AND dog): AND would split the prompt" in answer.message


def test_where_backslashes_are_drawn_what_needs_them_is_refused(webui):
    page = {"override_settings": {"emphasis": "None"}}
    asked = {"expressions": "sad\nx | smile :3", "composition": "hair", "switch_at": 0.4}
    refused = study(webui, page, **asked, characters="mei\ny | a b | negative=(")
    assert refused.status == 422
    assert "expressions, line 2 (x | smile :3): the WebUI would draw the backslashes that it needs" in refused.message
    assert "characters, line 2 (y | a b | negative=(): the WebUI would draw the backslashes" in refused.message
    assert "line 1" not in refused.message
    plain = study(webui, page, **{**asked, "expressions": "sad"})
    assert plain.status == 200, plain.message
    assert "\\" not in plain.cells[0][1].split("\n")[0]


@pytest.mark.parametrize("mode", ["None", "Ignore"])
def test_where_weights_have_no_effect_those_of_embeddings_are_refused(webui, mode):
    asked = {"expressions": "sad", "composition": "", "characters": "mei\nx | ember_nobody | weights=0.5,1"}
    refused = study(webui, {"override_settings": {"emphasis": mode}}, **asked)
    assert refused.status == 422
    assert f"a weight of an embedding has no effect in the WebUI's emphasis mode '{mode}'" in refused.message
    strengths = {**asked, "expressions": "sad | strengths=0.8,1.2", "characters": "mei"}
    refused = study(webui, {"override_settings": {"emphasis": mode}}, **strengths)
    assert f"a strength has no effect in the WebUI's emphasis mode '{mode}'" in refused.message


def test_a_row_may_say_what_the_composition_says(webui):
    asked = {"expressions": "same | (smile:1.2)\nsad", "composition": "(smile:1.2)", "switch_at": 0.4}
    answer = study(webui, prompt="{expression}, {character}", **asked)
    assert answer.status == 200, answer.message
    assert difference(answer.cells[0][0], plain_picture(webui, "(smile:1.2), mei")) <= 1


def test_comment_lines_in_the_texts_of_an_object_are_left_out(webui):
    rows = [{"label": "sad", "text": "# my own\nsad,\n# more\ncrying"}]
    answer = study(webui, expressions=rows, composition="# none\nhair", switch_at=0.4)
    assert answer.status == 200, answer.message
    assert "[hair:sad,\ncrying:0.4]" in answer.cells[0][1]
    refused = study(webui, expressions=[{"label": "sad", "text": "sad # mine\ncrying"}], composition="")
    assert "'#' starts a comment" in refused.message


def test_placeholders_may_look_like_comments_or_braces(webui):
    names = {"expression_placeholder": "#face#", "character_placeholder": "{who|a}"}
    page = {
        "enable_hr": True,
        "hr_scale": 1.5,
        "denoising_strength": 0.7,
        "hr_upscaler": "Latent",
        "hr_prompt": "close, #face#, {who|a}",
    }
    asked = {"expressions": "sad", "composition": "", "prompt": "photo, #face#, {who|a}, x {in|out} # note", **names}
    answer = study(webui, page, **asked, negative_prompt="#face#, bad")
    assert answer.status == 200, answer.message
    infotext = answer.cells[0][1]
    assert infotext.startswith(r"photo, sad, mei, x {in\|out}")
    assert "Negative prompt: sad, bad" in infotext
    assert 'Hires prompt: "close, sad, mei"' in infotext


@pytest.mark.parametrize(
    ("hires", "part"),
    [
        ("{expression}, {character} <lora:nothere:1>", "hires prompt: <lora:nothere:1>: there is no LoRA named"),
        ("a | {expression}, {character}", "hires prompt: the WebUI would not read the prompt edit"),
    ],
)
def test_faults_of_the_hires_prompt_stand_there(webui, hires, part):
    page = {**HIRES, "hr_prompt": hires}
    answer = study(webui, page, expressions="sad", composition="hair", switch_at=0.4)
    assert answer.status == 422
    assert part in answer.message


@pytest.mark.parametrize("hires", [{}, {**HIRES, "hr_negative_prompt": "dull # hires"}])
def test_a_note_behind_the_negative_prompt_leaves_the_characters_own(webui, hires):
    page = {**hires, "negative_prompt": "blurry # my note"}
    asked = {"expressions": "sad", "composition": "", "prompt": "{expression}, {character}"}
    answer = study(webui, page, characters="mei | negative=beard", **asked)
    assert answer.status == 200, answer.message
    meant = {**hires, "negative_prompt": "blurry, beard", **({"hr_negative_prompt": "dull, beard"} if hires else {})}
    assert difference(answer.cells[0][0], webui.txt2img(prompt="sad, mei", steps=5, **meant).pictures[0]) == 0
    swallowed = webui.txt2img(prompt="sad, mei", steps=5, **page).pictures[0]
    assert difference(answer.cells[0][0], swallowed) > 0


def test_the_expression_alone_in_the_negative_prompt_goes_with_the_characters_own(webui):
    asked = {"expressions": "sad", "composition": "hair", "switch_at": 0.4, "prompt": "{expression}, {character}"}
    page = {"negative_prompt": "{expression}"}
    answer = study(webui, page, characters="mei | negative=beard", **asked)
    assert answer.status == 200, answer.message
    meant = {"prompt": "[hair:sad:0.4], mei", "negative_prompt": "[:sad:0.4], beard"}
    assert difference(answer.cells[0][0], webui.txt2img(steps=5, **meant).pictures[0]) == 0


def test_edits_of_the_users_own_around_placeholders_are_made(webui):
    template = "[neutral:{expression}:0.4], ([{character}|dog]:1.1) [rain: snow]"
    answer = study(webui, expressions="sad", composition="hair", switch_at=0.4, prompt=template)
    assert answer.status == 200, answer.message
    meant = plain_picture(webui, "[neutral:sad:0.4], ([mei|dog]:1.1) [rain: snow]")
    assert difference(answer.cells[0][0], meant) == 0


def test_where_backslashes_are_drawn_a_prompt_of_a_characters_own_is_refused_by_its_line(webui):
    page = {"override_settings": {"emphasis": "None"}}
    own = {"label": "A", "text": "woman", "prompt": "photo {expression} {red|blue} {character}"}
    fine = {"label": "B", "text": "woman", "prompt": r"photo {expression} {red\|blue} {character}"}
    asked = {"expressions": "sad", "composition": "hair", "switch_at": 0.4}
    refused = study(webui, page, characters=[fine, own], **asked)
    assert refused.status == 422
    assert refused.message.startswith("characters[1] (A): the WebUI would draw the backslashes")
    assert study(webui, page, characters=[fine], **asked).status == 200


def test_a_comment_in_a_prompt_of_a_characters_own_ends_with_its_line(webui):
    asked = {"expressions": "sad", "composition": "", "prompt": "{expression}, {character}"}
    own = [{"label": "A", "text": "mei", "prompt": "photo {expression} # <lora:nothere:1>\n{character} # {expression}"}]
    answer = study(webui, characters=own, **asked)
    assert answer.status == 200, answer.message
    assert difference(answer.cells[0][0], plain_picture(webui, "photo sad # <lora:nothere:1>\nmei # sad")) == 0
    assert difference(answer.cells[0][0], plain_picture(webui, "photo sad # mei")) > 0
    swallowed = [{"label": "A", "text": "mei", "prompt": "photo {character} # {expression}"}]
    refused = study(webui, characters=swallowed, **asked)
    assert "characters[0] (A): the placeholder '{expression}' does not stand in its prompt" in refused.message


def test_weights_of_a_name_that_stands_in_a_tag_of_the_prompt_are_told_once(webui):
    asked = {"expressions": "sad", "composition": "", "prompt": "{expression} <lora:{character}:0.8>"}
    refused = study(webui, characters="Noor | weights=0.4,0.7", **asked)
    assert refused.status == 422
    assert refused.message == (
        "characters, line 1 (Noor | weights=0.4,0.7): weights do not fit here, for its text stands in the tag "
        "<lora:{character}:0.8> of the prompt, which has one; write the whole tag here, with weights, and {character} "
        "in the prompt"
    )
