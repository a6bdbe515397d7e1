"""What SillyTavern 1.19.0 and Ren'Py 8.0.3 make of file names, in their own expressions."""

import re
from pathlib import PurePosixPath

# Of SillyTavern, in sprites.js and in the extension's index.js.
SILLYTAVERN_LABEL = re.compile(r"^(.+?)(?:[-\\.].*?)?$")
SILLYTAVERN_CUSTOM = re.compile(r"^[a-z0-9-_]+$")

# Of Ren'Py, in its parser.
RENPY_WORD = re.compile(r"[-0-9a-zA-Z_\u00a0-\ufffd][-0-9a-zA-Z_\u00a0-\ufffd]*")
RENPY_NAME = re.compile(r"[a-zA-Z_\u00a0-\ufffd][0-9a-zA-Z_\u00a0-\ufffd]*")
RENPY_KEYWORDS = {
    *("$", "as", "at", "behind", "call", "expression", "hide", "if", "in", "image", "init", "jump", "menu"),
    *("onlayer", "python", "return", "scene", "show", "with", "while", "zorder", "transform"),
}


def sillytavern_label(file):
    return SILLYTAVERN_LABEL.match(PurePosixPath(file).stem.lower())[1]


def can_be_added_to_sillytavern(name, default):
    return bool(SILLYTAVERN_CUSTOM.match(name)) and not any(name.startswith(known) for known in default)


def renpy_image(file):
    """The words of the image that a file below images/ defines."""
    return tuple(PurePosixPath(file).stem.lower().split())


def renpy_shows(words):
    """Whether `show` reads the words as an image, and none as the removal of an attribute."""
    return all(RENPY_WORD.fullmatch(word) and word not in RENPY_KEYWORDS and word[0] != "-" for word in words)
