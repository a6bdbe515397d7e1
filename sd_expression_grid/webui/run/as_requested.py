"""Compares a cell as it was requested with what its infotext says was made: settings, and networks that were loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules import shared

from sd_expression_grid.prompts.infotext_text import prompts_in, settings_in
from sd_expression_grid.prompts.network_tags import find_tags
from sd_expression_grid.webui.host.embeddings import EmbeddingReader
from sd_expression_grid.webui.host.host import HOST
from sd_expression_grid.webui.host.picture import final_size, is_img2img

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sd_expression_grid.plan.plan import Cell
    from sd_expression_grid.webui.host.processing import Processing
    from sd_expression_grid.webui.host.prompt_reader import PromptReader

_BROKEN = "Networks with errors"
"""How AUTOMATIC1111 begins its comment on a LoRA whose weights have another shape than the checkpoint's."""

_DROPPED = str.maketrans("", "", ":,")
"""Characters that the WebUI leaves out of names in ``Lora hashes`` and ``TI hashes``."""


class AsRequested:
    """Knows what the cells of a run request; embeddings must have been read before."""

    def __init__(self, page: Processing, reader: PromptReader, embeddings: EmbeddingReader) -> None:
        self._page, self._reader, self._embeddings = page, reader, embeddings

    def difference(self, cell: Cell, size: tuple[int, int], infotext: str, comments: Sequence[str] = ()) -> str:
        """What is not as it was requested, as a sentence; empty if all is.

        ``size`` is the picture's width and height, which is not judged after a hires pass. ``comments`` are the
        WebUI's on the call that made the cell, which must be the last call. Settings that the
        infotext does not tell are not judged. Where the user's settings keep the hashes of networks out of infotexts,
        the networks themselves are looked at.
        """
        said = settings_in(infotext)
        networks = (
            *self._lora_differences(cell, said),
            self._embedding_difference(cell, said),
            *self._hypernetwork_differences(cell),
        )
        broken = [comment for comment in comments if comment.startswith(_BROKEN)]
        useless = [f"the LoRA {name} has nothing that fits the checkpoint" for name in HOST.loras_without_effect()]
        settings = (*self._setting_differences(cell, said), self._size_difference(size), self._face_difference())
        prompts = self._prompt_differences(cell, infotext)
        return "; ".join(filter(None, (*prompts, *settings, *networks, *broken, *useless)))

    def _prompt_differences(self, cell: Cell, infotext: str) -> Iterator[str]:
        """Another extension's wildcards or translation may have changed a prompt after it was planned."""
        names = ("prompt", "negative prompt")
        for name, requested, made in zip(names, self._reader.prompts_told(cell), prompts_in(infotext), strict=True):
            if requested.split() != made.split():
                yield f"the {name} that was made is not the one that was requested: '{made}'"

    def _size_difference(self, size: tuple[int, int]) -> str:
        width, height = final_size(self._page)
        if self._page.enable_hr or size == (width, height):
            return ""
        return f"a picture of {width}x{height} was requested, and one of {size[0]}x{size[1]} was made"

    def _setting_differences(self, cell: Cell, said: Mapping[str, str]) -> Iterator[str]:
        page = self._page
        cfg_scale = page.cfg_scale if cell.cfg_scale is None else cell.cfg_scale
        requested: dict[str, object] = {
            "Steps": page.steps,
            "Sampler": page.sampler_name,
            "CFG scale": cfg_scale,
            "Seed": cell.key.seed,
            "Size": f"{page.width}x{page.height}",
        }
        if is_img2img(page):
            requested["Denoising strength"] = page.denoising_strength if cell.denoising is None else cell.denoising
        for name, value in requested.items():
            if name in said and not is_same(said[name], value):
                yield f"{name} {value} was requested, and {said[name]} was made"

    def _face_difference(self) -> str:
        """The infotext names the restorer of faces also where its model could not be loaded."""
        asked = self._page.restore_faces
        if not (HOST.option("face_restoration", default=False) if asked is None else asked) or HOST.can_restore_faces():
            return ""
        return "faces were not restored: the WebUI has not loaded the model for it"

    def _lora_differences(self, cell: Cell, said: Mapping[str, str]) -> tuple[str, str]:
        tags = find_tags(" ".join(map(self._reader.styled, self._prompts_of_known_loras(cell))))
        named = {_plain(tag.name): tag.name for tag in tags if tag.is_lora}
        loaded = _loaded_loras(said)
        further = loaded - {*named, _plain(str(shared.opts.sd_lora))}  # the user's own for all pictures
        missing = [name for plain, name in named.items() if plain not in loaded]
        return (
            _sentence("LoRA", "was named and not loaded", missing),
            _sentence("LoRA", "was loaded and not named", sorted(further)),
        )

    def _hypernetwork_differences(self, cell: Cell) -> tuple[str, ...]:
        """No infotext tells of hypernetworks: those of the last pass are looked at."""
        tags = find_tags(self._reader.styled(cell.hires_prompt or cell.prompt))
        added = str(HOST.option("sd_hypernetwork", "None"))
        names = dict.fromkeys([*(tag.name for tag in tags if tag.type == "hypernet"), added])
        known = HOST.hypernetwork_files()
        files = {name: str(known[name]) for name in names if name in known}
        loaded = HOST.loaded_hypernetworks() if files else {}
        missing = [name for name, file in files.items() if file not in loaded]
        useless = [name for name, file in files.items() if not loaded.get(file, True)]
        return (
            _sentence("hypernetwork", "was named and not loaded", missing),
            _sentence("hypernetwork", "has nothing that fits the checkpoint", useless),
        )

    def _prompts_of_known_loras(self, cell: Cell) -> tuple[str, ...]:
        """The prompts whose LoRAs are known: both, or where the infotext does not tell them that of the last pass."""
        if HOST.tells_loras():
            return cell.prompt, cell.hires_prompt
        return (cell.hires_prompt or cell.prompt,)

    def _embedding_difference(self, cell: Cell, said: Mapping[str, str]) -> str:
        """A field of an embedding that was not named may be an earlier picture's: reForge never clears them."""
        if HOST.has_old_emphasis():
            return ""  # which tells of no embedding
        texts = self._reader.encoder_texts(cell)
        named = self._embeddings.names_in_any(texts)
        if HOST.tells_embeddings():
            loaded = _names_in(said.get("TI hashes", said.get("TI", "")))
        else:  # what the text encoders have found in the texts, unless they have read other files meanwhile
            loaded = {_plain(name) for name in EmbeddingReader().names_in_any(texts)} if named else set()
        return _sentence("embedding", "was named and not used", [one for one in named if _plain(one) not in loaded])


def _loaded_loras(said: Mapping[str, str]) -> set[str]:
    """Their names, by the infotext, else those of the last pass."""
    if HOST.tells_loras():
        return _names_in(said.get("Lora hashes", ""))
    return {_plain(str(network.mentioned_name)) for network in HOST.loaded_loras()}


def is_same(said: str, requested: object) -> bool:
    """Whether a value in an infotext is the one that was requested; numbers are compared as numbers."""
    if isinstance(requested, str):
        return said == requested
    try:
        return float(said) == float(str(requested))
    except ValueError:
        return False


def _plain(name: str) -> str:
    return name.translate(_DROPPED).strip()


def _names_in(field: str) -> set[str]:
    """The names of a field such as ``Noor: 1a2b3c, mei: 4d5e6f``, or Forge's ``ember, robbie`` without hashes."""
    return {part.partition(":")[0].strip() for part in field.split(",") if part.strip()}


def _sentence(kind: str, what: str, names: list[str]) -> str:
    return f"the {kind} {', '.join(names)} {what}" if names else ""
