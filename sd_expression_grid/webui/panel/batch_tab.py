"""img2img's Batch tab: a study for each file, named after it; one that fails does not end the others."""

from __future__ import annotations

from collections import Counter
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from modules import errors, processing, scripts, shared
from PIL import Image

from sd_expression_grid import TITLE
from sd_expression_grid.base.file_names import file_stem, same_file_key
from sd_expression_grid.store.folder import read_picture
from sd_expression_grid.store.random_seeds import is_random
from sd_expression_grid.webui.host.lacking import optional
from sd_expression_grid.webui.panel.generate_button import has_seen, tell_why_not
from sd_expression_grid.webui.results.several import results_of
from sd_expression_grid.webui.run.generate import stop_requested

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sd_expression_grid.webui.host.processing import Processing

img2img = optional("modules.img2img", "the script is not in img2img's Batch tab")

_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".avif")
"""Those that the WebUIs look for in a folder, as far as they can be read."""

_FILE = "expression_grid_file"
"""The attribute by which a processing object tells of which file of a batch it is."""


@dataclass(slots=True, kw_only=True)
class BatchFile:
    """One of a batch's files; ``name`` is its study's, or the end of it, and ``result`` what the script returned."""

    path: Path
    name: str
    number: int
    of: int
    result: Any = None
    lines: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Which one it is, for people."""
        return f"file {self.number} of {self.of}, {self.path.name}"

    def named(self, request: Mapping[str, object]) -> Mapping[str, object]:
        """The request for this file's study."""
        return {**request, "name": f"{request.get('name') or ''} {self.name}".strip()}


def file_of(p: Processing) -> BatchFile | None:
    """The file that is the picture of ``p``; None outside of the Batch tab."""
    return vars(p).get(_FILE)


def wrap_batches() -> None:
    """Has the Batch tab work file by file where our script is chosen; called at each start and reload of the page."""
    if img2img and not isinstance(img2img.process_batch, _Batches):
        img2img.process_batch = _Batches(img2img.process_batch)


class _Batches:
    """The WebUI's ``process_batch``, called once for each file.

    By itself it tells scripts nothing of the file, gives all studies the page's name, ends with the first file that
    raises an error, leaves those out that it cannot read, and shows the comments of the first one only.
    """

    def __init__(self, process_batch: Callable[..., Any]) -> None:
        self._process_batch = process_batch

    def __call__(
        self, p: Processing, given: Any, output_dir: str, masks: str, args: Sequence[Any], **settings: Any
    ) -> Any:
        """Makes the studies; returns the WebUI's Processed of them all."""
        if not _is_ours(args):
            return self._process_batch(p, given, output_dir, masks, args, **settings)
        was_random = is_random(p.seed)
        processing.fix_seed(p)
        files = _files(given)
        for file in files:
            if has_seen():
                break
            if stop_requested():
                file.lines.append("not begun, for the batch was interrupted")
            else:
                self._run(p, file, masks, args, settings)
        tell_why_not(_told_of_each(files))
        results = [file.result for file in files if file.result]
        return results_of(p, results, list(_told(files, p, was_random=was_random)))

    def _run(
        self, p: Processing, file: BatchFile, masks: str, args: Sequence[Any], settings: Mapping[str, Any]
    ) -> None:
        problem = _problem(file.path)
        if problem:
            file.lines.append(problem)
            return
        page = _page_for(p, file)
        upload = SimpleNamespace(name=str(file.path))
        try:
            made = self._process_batch(page, [upload], "", masks, args, **settings)
        except Exception as error:  # whatever one file ends in, the others are made
            errors.report(f"Error making the study of {file.path}", exc_info=True)
            file.lines.append(f"failed: {error or type(error).__name__}")
            return
        nothing = f"there is no mask of its name in {masks}" if masks else "nothing was made of it"
        file.lines += page.comments if made else [nothing]


def _is_ours(args: Sequence[Any]) -> bool:
    """Whether our script is the one that is chosen in the dropdown, which is the first argument."""
    chosen = int(args[0] or 0)
    return chosen > 0 and scripts.scripts_img2img.selectable_scripts[chosen - 1].title() == TITLE


def _files(given: Any) -> list[BatchFile]:
    """The files of a folder, or those that were uploaded."""
    if isinstance(given, str):
        readable = [ending for ending in _ENDINGS if ending in Image.registered_extensions()]
        paths = [Path(path) for path in shared.walk_files(given, allowed_extensions=readable)]
    else:
        paths = [Path(upload.name).absolute() for upload in given]
    numbered = enumerate(zip(paths, _names(paths), strict=True), 1)
    return [BatchFile(path=path, name=name, number=number, of=len(paths)) for number, (path, name) in numbered]


def _names(paths: Sequence[Path]) -> Iterator[str]:
    """What tells the files apart: their names without ending, with it, or with their folders."""
    stems, names = [path.stem for path in paths], [path.name for path in paths]
    in_folders = [f"{path.parent.name} {path.name}" for path in paths]
    for number, forms in enumerate(zip(*map(_unlike, (stems, names, in_folders)), strict=True), 1):
        yield file_stem(next(filter(None, forms), f"{number} {names[number - 1]}"))


def _unlike(names: Sequence[str]) -> list[str]:
    """The names, empty where a file system would take another for the same."""
    counts = Counter(map(same_file_key, names))
    return [name if counts[same_file_key(name)] == 1 else "" for name in names]


def _problem(path: Path) -> str:
    """Why a file cannot be read as a picture; empty if it can."""
    try:
        read_picture(path)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        return f"cannot be read as a picture: {error}"
    return ""


def _page_for(p: Processing, file: BatchFile) -> Processing:
    """A copy with lists and comments of its own; the output directory is left out, for studies have their own."""
    page = copy(p)
    page.comments = {}
    page.override_settings = dict(p.override_settings)
    page.extra_generation_params = dict(p.extra_generation_params)
    setattr(page, _FILE, file)
    return page


def _told(files: Sequence[BatchFile], p: Processing, *, was_random: bool) -> Iterator[str]:
    """What is told of the batch, and of each file."""
    made = sum(file.result is not None for file in files)
    if files:
        yield f"{made} of {len(files)} files have a study"
    if made and was_random:
        yield f"All have the seed {p.seed}, which was drawn; to go on with these studies, set it"
    yield from _told_of_each(files)


def _told_of_each(files: Sequence[BatchFile]) -> Iterator[str]:
    if not files:
        yield "There is no picture in the Batch tab's folder"
    for file in files:
        yield from (f"{file.path.name}: {line}" for line in file.lines)
