"""What is figure and what is background, by a tool that somebody has installed: rembg with a model, or mediapipe.

Nothing is installed and nothing is downloaded: rembg fetches a model that it does not find, so only those that are on
disk count. mediapipe's wheels up to 0.10 carry theirs inside.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageChops

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.grids.drawing.pictures import as_rgb
from sd_expression_grid.store.folder import read_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sd_expression_grid.export.faces import Face
    from sd_expression_grid.export.framing import Size

    Matte = Callable[[Image.Image], Image.Image]
    """Of an RGB picture, how much each pixel is figure: mode L, of the same size."""

MODELS = ("isnet-general-use", "birefnet-portrait", "birefnet-general", "isnet-anime", "u2net_human_seg", "u2net")
"""Of rembg, those that are taken, the first that is there."""

LEAST_FIGURE = 0.02
"""A matte with a smaller share of figure has found nobody."""

NEEDED = (
    "needs a tool that is not installed here: rembg with a model in its folder (~/.u2net), or mediapipe 0.10.9; "
    "see docs/export.md"
)


def mattes_of(faces: Sequence[Face], study: Path, size: Size) -> dict[tuple[str, int], Image.Image]:
    """A matte of a size for each column and seed, which all its rows share: what is figure in any of them.

    Raises StudyError where no tool is installed, where it fails, and where it finds nobody.
    """
    matte = _installed_tool()
    found: dict[tuple[str, int], Image.Image] = {}
    for face in {face.file: face for face in faces}.values():
        picture = as_rgb(read_picture(study / face.file), (255, 255, 255))
        own = _tried(matte, picture if picture.size == size else picture.resize(size, Image.Resampling.LANCZOS))
        found[face.composition] = ImageChops.lighter(found[face.composition], own) if face.composition in found else own
    for (column, seed), one in found.items():
        if np.asarray(one).mean() < 255 * LEAST_FIGURE:
            raise StudyError(
                [Fault(f"{column}, seed {seed}", "nobody was found in the pictures; keep their background")]
            )
    return found


def _tried(matte: Matte, picture: Image.Image) -> Image.Image:
    try:
        return matte(picture)
    except Exception as error:  # whatever somebody else's tool raises
        message = f"the background could not be removed ({type(error).__name__}: {error!s:.200})"
        raise StudyError(message) from error


def _installed_tool() -> Matte:
    if _is_there("rembg"):
        model = next((name for name in MODELS if (_models_folder() / f"{name}.onnx").is_file()), None)
        if model:
            return _of_rembg(model)
    if _is_there("mediapipe.python.solutions"):
        return _of_mediapipe()
    raise StudyError([Fault("--transparent", NEEDED)])


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package that it would be in
        return False


def _models_folder() -> Path:
    """Where rembg keeps its models."""
    home: Mapping[str, str] = os.environ
    return Path(home.get("U2NET_HOME") or f"{home.get('XDG_DATA_HOME') or '~'}/.u2net").expanduser()


def _of_rembg(model: str) -> Matte:
    import rembg  # noqa: PLC0415 - optional, and slow to load

    session: Any = rembg.new_session(model)

    def matte(picture: Image.Image) -> Image.Image:
        mask: Image.Image = rembg.remove(picture, session=session, only_mask=True)
        return mask.convert("L")

    return matte


def _of_mediapipe() -> Matte:
    from mediapipe.python.solutions.selfie_segmentation import SelfieSegmentation  # noqa: PLC0415 - likewise

    figure: Any = SelfieSegmentation(model_selection=0)

    def matte(picture: Image.Image) -> Image.Image:
        mask = figure.process(np.asarray(picture)).segmentation_mask
        return Image.fromarray((np.clip(mask, 0, 1) * 255).round().astype(np.uint8))

    return matte
