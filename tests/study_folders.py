"""Folders of finished studies, made without any WebUI: plain colours, a finished cell for every key unless told."""

from PIL import Image

from sd_expression_grid.store.folder import Outcome, create_folder, png_of
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import CellKey

STUDY = {
    "expressions": "neutral\nsmile | smiling\nsad | sad crying",
    "characters": "[LoRAs]\nNoor | <lora:Noor:1>\nmei | <lora:mei:1> | cfg_scale=4\n[Embeddings]\nember_nobody",
    "seeds": [7, 8],
    "prompt": "closeup, {expression}, {character}",
    "negative_prompt": "blurry",
    "name": "faces",
}
SETTINGS = "Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.0, Size: 512x768, Model: photoreal"


def study_folder(parent, size=(24, 24), **changes):
    """A study's folder with all cells."""
    folder = create_folder(parent, "study")
    study = study_from_dict({**STUDY, **changes})
    folder.write_study(study)
    for column in study.columns:
        for seed in study.seeds:
            for row in study.expressions:
                add_cell(folder, CellKey(expression=row.label, character=column.label, seed=seed), size)
    return folder


def add_cell(folder, key, size):
    cfg_scale = SETTINGS.replace("7.0", "4.0") if key.character == "mei" else SETTINGS
    infotext = f"closeup, {key.expression}, {key.character}\nNegative prompt: blurry\n{cfg_scale}, Seed: {key.seed}"
    picture = Image.new("RGB", size, colour_of(key))
    picture.info["parameters"] = infotext
    file, sha256 = folder.write_cell(key, png_of(picture))
    folder.record(Outcome(key=key, status="done", file=file, infotext=infotext, sha256=sha256))


def colour_of(key):
    """Another colour for each cell."""
    return tuple((hash_of(part) * 37) % 200 + 20 for part in (key.expression, key.character, str(key.seed)))


def hash_of(text):
    return sum(place * ord(letter) for place, letter in enumerate(text, start=1))
