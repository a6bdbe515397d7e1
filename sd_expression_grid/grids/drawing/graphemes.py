"""Unicode as far as labels need it: cleaning, characters with their marks, scripts, and where a line may break."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal, NamedTuple

from sd_expression_grid.grids.drawing.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Script = Literal["latin", "chinese", "japanese", "korean", "emoji", "other"]

JOINER = "\u200d"
EMOJI_SIGN = "\ufe0f"
LONGEST_CLUSTER = 16
# Emoji that live among the older symbols (Unicode: Emoji_Presentation below U+1F000).
OLD_EMOJI = frozenset(
    "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕"
)
NOT_FIRST = frozenset("、。，．・：；？！）」』】〉》〕］｝…ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ％,.!?:;)]}%”’")
NOT_LAST = frozenset("（「『【〈《〔［｛([{“‘")
FROM_RIGHT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+(?:\W*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+)*")
SOFT_BREAK = re.compile(r"[^-_/\\.,:;|+=&@]*[-_/\\.,:;|+=&@]+|[^-_/\\.,:;|+=&@]+")


class Word(NamedTuple):
    """What a line keeps together, and whether a space stands before it."""

    text: str
    spaced: bool


def clean(text: str) -> str:
    """Text that any font can be asked for: lines kept apart by newlines, no control characters, no half characters."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    lines = (_clean_line(line) for line in unicodedata.normalize("NFC", whole).splitlines())
    return "\n".join(line for line in lines if line)


@remembered(1024)
def clusters(text: str) -> tuple[str, ...]:
    """The characters as a reader sees them: with their marks, emoji sequences whole; endless piles of marks are cut."""
    found: list[str] = []
    for char in text:
        if not found or not _continues(found[-1], char):
            found.append(char)
        elif len(found[-1]) < LONGEST_CLUSTER:
            found[-1] += char
    return tuple(found)


@remembered(1024)
def words(line: str) -> tuple[Word, ...]:
    """Split a line at its spaces, and between Chinese or Japanese characters."""
    return tuple(
        Word(piece, spaced=index == 0)
        for part in line.split(" ")
        for index, piece in enumerate(_joined(clusters(part)))
    )


def soft_pieces(word: str) -> tuple[str, ...]:
    """Split a long word after its hyphens, underscores, slashes, full stops."""
    return tuple(SOFT_BREAK.findall(word))


@remembered(4096)
def is_emoji(cluster: str) -> bool:
    """Whether a character is to be shown in colour."""
    return (
        0x1F000 <= ord(cluster[0]) <= 0x1FBFF or cluster[0] in OLD_EMOJI or EMOJI_SIGN in cluster
    ) and "\ufe0e" not in cluster


def is_ignorable(char: str) -> bool:
    """Whether a font need not have a character to show the text."""
    return char.isspace() or char == JOINER or "\ufe00" <= char <= "\ufe0f" or _is_tag(char)


def han_script(text: str) -> Script:
    """In which country's manner the Chinese characters of a text are written."""
    if re.search("[\u3040-\u30ff]", text):
        return "japanese"
    return "korean" if re.search("[\uac00-\ud7af]", text) else "chinese"


@remembered(4096)
def script_of(cluster: str, han: Script) -> Script:
    """Which group of fonts a character is looked for in first."""
    char = cluster[0]
    if is_emoji(cluster):
        return "emoji"
    if char < "\u0530":
        return "latin"
    if re.match("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]", char):
        return "korean"
    return han if unicodedata.east_asian_width(char) in "WF" else "other"


def is_from_right(line: str) -> bool:
    """Whether a line is read from the right: its first letter that has a direction is Hebrew, Arabic or the like."""
    directions = map(unicodedata.bidirectional, line)
    return next((direction for direction in directions if direction in {"L", "R", "AL"}), "L") != "L"


def from_left(line: str) -> str:
    """A line with its Hebrew and Arabic turned round, for setting it from left to right."""
    return FROM_RIGHT.sub(lambda found: "".join(reversed(clusters(found[0]))), line)


def _clean_line(line: str) -> str:
    kept = "".join(" " if unicodedata.category(char) == "Cc" else char for char in line if not _is_invisible(char))
    return "".join(clusters(" ".join(kept.split())))


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) == "Cf" and char not in "\u200c\u200d" and not _is_tag(char)


def _is_tag(char: str) -> bool:
    return "\U000e0020" <= char <= "\U000e007f"


def _continues(cluster: str, char: str) -> bool:
    if _is_regional(char):
        return len(cluster) == 1 and _is_regional(cluster)
    if cluster[-1] == JOINER:
        return char >= "\u2190"
    return (
        unicodedata.category(char)[0] == "M"
        or char in "\u200c\u200d"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\u1160" <= char <= "\u11ff"
        or _is_tag(char)
    )


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char[0] <= "\U0001f1ff"


def _joined(parts: Iterable[str]) -> Iterator[str]:
    """Join what may not be parted."""
    word: list[str] = []
    for part in parts:
        if word and _may_break(word[-1], part):
            yield "".join(word)
            word = []
        word.append(part)
    if word:
        yield "".join(word)


def _may_break(before: str, after: str) -> bool:
    free = _stands_alone(before) or _stands_alone(after)
    return free and after[0] not in NOT_FIRST and before[0] not in NOT_LAST


def _stands_alone(cluster: str) -> bool:
    wide = unicodedata.east_asian_width(cluster[0]) in "WF"
    return wide and script_of(cluster, "chinese") != "korean"
