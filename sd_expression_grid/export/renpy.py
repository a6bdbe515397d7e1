"""Ren'Py: pictures whose names are a tag and an attribute, side images, and a script that shows each face once.

Rules as of 8.0.3. A picture below ``images/`` is an image by its base name in lower case. A word of it has letters,
digits, ``-``, ``_`` and what is from U+00A0 to U+FFFD; a keyword cannot be shown, and ``show`` reads a leading dash as
"without".
"""

from __future__ import annotations

import builtins
import json
import keyword
from typing import TYPE_CHECKING
from zlib import crc32

from PIL import Image

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.export.names import plain_word

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

    from sd_expression_grid.export.faces import Cast, Face

KEYWORDS = frozenset(
    (
        *("as", "at", "behind", "call", "expression", "hide", "if", "image", "in", "init", "jump", "menu", "onlayer"),
        *("python", "return", "scene", "show", "transform", "while", "with", "zorder"),
    )
)
"""Words that end the name of an image in a statement."""

_TAKEN = frozenset(
    (
        *(
            "achievement",
            "adv",
            "build",
            "centered",
            "character",
            "config",
            "define",
            "director",
            "extend",
            "gui",
            "iap",
        ),
        *("im", "layout", "library", "main_menu", "name_only", "narrator", "nvl", "persistent", "preferences", "renpy"),
        *("say", "side", "store", "style", "theme", "ui", "updater", "vcentered"),
    )
)
"""Names that mean something to Ren'Py."""

WINDOW_HEIGHT = 720


class RenPy:
    """Images, side images and a script, to be copied into a game's folder ``game/``."""

    key = "renpy"
    title = "Ren'Py"

    def default_name(self, label: str, taken: Container[str]) -> str:
        """The row's label."""
        return label

    def name_from(self, text: str) -> str:
        """One word, for with several ``show`` may find another picture than the one that is meant."""
        word = plain_word(text, r"^-0-9a-z_\u00a0-\ufffd")
        return f"{word}_" if word in KEYWORDS else word

    def file_of(self, cast: Cast, face: Face) -> str:
        """The picture's name below the game's folder."""
        tag = tag_of(cast.called)
        return f"images/{tag}/{tag} {_attribute(face)}.{cast.image_format}"

    def write(self, cast: Cast, folder: Path) -> tuple[str, ...]:
        """Writes the pictures and the script; returns what to do with them in a game."""
        tag = tag_of(cast.called)
        pictures = folder / "images" / tag
        pictures.mkdir(parents=True)
        for face in cast.faces:
            picture = cast.picture(face)
            (folder / self.file_of(cast, face)).write_bytes(cast.encoded(picture, face))
            if cast.side_height:
                side = pictures / f"side {tag} {_attribute(face)}.{cast.image_format}"
                side.write_bytes(cast.encoded(_side_image(picture, cast.side_height), face))
        (folder / f"{tag}_faces.rpy").write_text(_script(cast), encoding="utf-8")
        return _notes(cast)


def tag_of(called: str) -> str:
    """A character's name as the tag of its images; StudyError where no letter is in it."""
    tag = RenPy().name_from(called)
    if not tag:
        raise StudyError(
            [Fault("--called", f"{called!r:.80} cannot be a name in Ren'Py; give the character another one")]
        )
    return f"{tag}_" if tag == "side" else tag


def variable_of(called: str) -> str:
    """The name of the character in scripts: the tag, where Python and Ren'Py leave it free.

    Where no letter of the tag is Latin, a name of its own, for a game may have several such characters.
    """
    tag = tag_of(called)
    name = plain_word(tag, r"^a-z0-9_").strip("_") or f"person_{crc32(tag.encode()):08x}"
    name = f"c_{name}" if name[0].isdigit() else name
    is_taken = keyword.iskeyword(name) or name in KEYWORDS | _TAKEN or hasattr(builtins, name)
    return f"{name}_" if is_taken else name


def _attribute(face: Face) -> str:
    return f"{face.name}_{face.number}" if face.number > 1 else face.name


def _side_image(picture: Image.Image, height: int) -> Image.Image:
    """A picture made smaller to at most a height."""
    high = min(height, picture.height)
    return picture.resize((max(1, round(picture.width * high / picture.height)), high), Image.Resampling.LANCZOS)


def _script(cast: Cast) -> str:
    tag, variable = tag_of(cast.called), variable_of(cast.called)
    lines = [
        f"# {cast.called}: made by Expression grid. `call {_label(cast)}` in a script shows each face once.",
        f"define {variable} = Character({_quoted(cast.called)}, image={_quoted(tag)})",
        "",
        f"label {_label(cast)}:",
    ]
    for face in cast.faces:
        lines += [f"    show {tag} {_attribute(face)}", f"    {variable} {_quoted(_attribute(face))}"]
    return "\n".join([*lines, f"    hide {tag}", "    return", ""])


def _label(cast: Cast) -> str:
    return f"{variable_of(cast.called)}_faces"


def _quoted(text: str) -> str:
    """A text in which Ren'Py substitutes nothing, as a string of its language."""
    return json.dumps(text.replace("[", "[[").replace("{", "{{"), ensure_ascii=False)


def _notes(cast: Cast) -> tuple[str, ...]:
    tag, first, height = tag_of(cast.called), _attribute(cast.faces[0]), cast.framing.size[1]
    share = f"{height / WINDOW_HEIGHT:.0%}"
    return (
        f"Copy images/ and {tag}_faces.rpy into your game's folder game/. There, show {tag} {first} shows a face, "
        f"and call {_label(cast)} shows each once.",
        f"The pictures are {height} px high, {share} of a window of 1280×{WINDOW_HEIGHT}; --height sets another.",
    )
