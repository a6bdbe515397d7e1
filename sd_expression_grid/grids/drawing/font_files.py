"""Which font files this machine has: matplotlib's, and the well-known ones of Linux, Windows and macOS."""

from __future__ import annotations

import os
import unicodedata
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sd_expression_grid.grids.drawing.graphemes import Script


class FontFile(NamedTuple):
    """A font: its file, and which one of the file's fonts it is."""

    file: str
    nth: int = 0


KNOWN: dict[Script, tuple[FontFile, ...]] = {
    "latin": (
        FontFile("DejaVuSans.ttf"),
        FontFile("NotoSans-Regular.ttf"),
        FontFile("LiberationSans-Regular.ttf"),
        FontFile("segoeui.ttf"),
        FontFile("arial.ttf"),
        FontFile("Helvetica.ttc"),
    ),
    "chinese": (
        FontFile("NotoSansCJK-Regular.ttc", 2),
        FontFile("NotoSansCJKsc-Regular.otf"),
        FontFile("NotoSansSC-Regular.otf"),
        FontFile("NotoSansSC-Regular.ttf"),
        FontFile("SourceHanSansSC-Regular.otf"),
        FontFile("wqy-microhei.ttc"),
        FontFile("wqy-zenhei.ttc"),
        FontFile("DroidSansFallbackFull.ttf"),
        FontFile("DroidSansFallback.ttf"),
        FontFile("msyh.ttc"),
        FontFile("msyh.ttf"),
        FontFile("simsun.ttc"),
        FontFile("PingFang.ttc", 2),
        FontFile("Hiragino Sans GB.ttc"),
        FontFile("STHeiti Light.ttc"),
    ),
    "japanese": (
        FontFile("NotoSansCJK-Regular.ttc"),
        FontFile("NotoSansCJKjp-Regular.otf"),
        FontFile("NotoSansJP-Regular.otf"),
        FontFile("NotoSansJP-Regular.ttf"),
        FontFile("ipagp.ttf"),
        FontFile("TakaoPGothic.ttf"),
        FontFile("meiryo.ttc"),
        FontFile("YuGothM.ttc"),
        FontFile("msgothic.ttc"),
        FontFile("ヒラギノ角ゴシック W3.ttc"),
    ),
    "korean": (
        FontFile("NotoSansCJK-Regular.ttc", 1),
        FontFile("NotoSansCJKkr-Regular.otf"),
        FontFile("NotoSansKR-Regular.otf"),
        FontFile("NotoSansKR-Regular.ttf"),
        FontFile("NanumGothic.ttf"),
        FontFile("malgun.ttf"),
        FontFile("AppleSDGothicNeo.ttc"),
        FontFile("AppleGothic.ttf"),
    ),
    "emoji": (
        FontFile("NotoColorEmoji.ttf"),
        FontFile("seguiemj.ttf"),
        FontFile("Apple Color Emoji.ttc"),
        FontFile("NotoEmoji-Regular.ttf"),
        FontFile("Symbola.ttf"),
    ),
    "other": (
        FontFile("NotoSansThai-Regular.ttf"),
        FontFile("NotoSansDevanagari-Regular.ttf"),
        FontFile("NotoSansArabic-Regular.ttf"),
        FontFile("NotoSansHebrew-Regular.ttf"),
        FontFile("NotoSansSymbols-Regular.ttf"),
        FontFile("NotoSansSymbols2-Regular.ttf"),
        FontFile("FreeSans.ttf"),
        FontFile("seguisym.ttf"),
        FontFile("leelawui.ttf"),
        FontFile("nirmala.ttf"),
        FontFile("nirmala.ttc"),
        FontFile("Apple Symbols.ttf"),
        FontFile("Arial Unicode.ttf"),
    ),
}


@lru_cache(maxsize=1)
def matplotlib_font() -> FontFile | None:
    """The DejaVu Sans that matplotlib brings along, found without importing it."""
    try:
        spec = find_spec("matplotlib")
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
    return FontFile(str(path)) if path.is_file() else None


def system_fonts(script: Script) -> Iterator[FontFile]:
    """The fonts of this machine that may have a script's letters, the likeliest first."""
    here = _installed()
    for group in dict.fromkeys((script, *KNOWN)):
        for known in KNOWN[group]:
            if path := here.get(_key(known.file)):
                yield FontFile(path, known.nth)


@lru_cache(maxsize=1)
def _installed() -> dict[str, str]:
    wanted = {_key(known.file) for group in KNOWN.values() for known in group}
    found: dict[str, str] = {}
    for folder in _folders():
        for parent, _, names in os.walk(folder):
            for name in wanted.intersection(map(_key, names)):
                exact = next(spelling for spelling in names if _key(spelling) == name)
                found.setdefault(name, str(Path(parent) / exact))
    return found


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).lower()


def _folders() -> Iterator[Path]:
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is no home
    windows = os.environ.get("WINDIR")
    local = os.environ.get("LOCALAPPDATA")
    if windows:
        yield Path(windows, "Fonts")
    if local:
        yield Path(local, "Microsoft", "Windows", "Fonts")
    for folder in ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts"):
        yield Path(folder)
    yield from Path("/System/Library/AssetsV2").glob("com_apple_MobileAsset_Font*")
    for folder in (".fonts", ".local/share/fonts", "Library/Fonts"):
        yield home / folder
