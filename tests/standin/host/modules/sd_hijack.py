"""The text encoder's side: embeddings, token counts, comments."""

from __future__ import annotations

import hashlib
import math
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

from modules import errors, prompt_parser, shared
from tests.standin import safetensors
from tests.standin.portraits import painter

PromptChunkFix = namedtuple("PromptChunkFix", ["offset", "embedding"])


class Embedding:
    def __init__(self, vec, name, step=None):
        self.vec, self.name, self.step = vec, name, step
        self.shape, self.vectors = vec.shape[-1], vec.shape[0]
        self.sd_checkpoint = self.sd_checkpoint_name = self.filename = self.hash = self.shorthash = None


class DirWithTextualInversionEmbeddings:
    def __init__(self, path):
        self.path, self.mtime = path, None

    def has_changed(self):
        return Path(self.path).is_dir() and Path(self.path).stat().st_mtime != self.mtime

    def update(self):
        self.mtime = Path(self.path).stat().st_mtime if Path(self.path).is_dir() else None


class EmbeddingDatabase:
    def __init__(self):
        self.word_embeddings: dict[str, Embedding] = {}
        self.skipped_embeddings: dict[str, Embedding] = {}
        self.embedding_dirs: dict[str, DirWithTextualInversionEmbeddings] = {}
        self.expected_shape = 768

    def add_embedding_dir(self, path):
        self.embedding_dirs |= {path: DirWithTextualInversionEmbeddings(path)}

    def clear_embedding_dirs(self):
        for path in list(self.embedding_dirs):
            del self.embedding_dirs[path]

    def register_embedding(self, embedding, model):
        self.word_embeddings[embedding.name] = embedding
        return embedding

    def load_textual_inversion_embeddings(self, force_reload=False):
        if not force_reload and not any(each.has_changed() for each in self.embedding_dirs.values()):
            return
        for known in (self.word_embeddings, self.skipped_embeddings):
            known.clear()
        for folder in self.embedding_dirs.values():
            for path in sorted(Path(folder.path).rglob("*.safetensors"), key=lambda path: path.stem.lower()):
                self._load(path)
            folder.update()

    def _load(self, path):
        try:
            vec = next(iter(safetensors.read(path)[0].values()))
        except (ValueError, StopIteration):
            errors.report(f"Error loading embedding {path.name}", exc_info=True)
            return
        embedding = Embedding(vec, path.stem)
        embedding.filename = str(path)
        embedding.hash = hashlib.sha256(vec.tobytes()).hexdigest()
        embedding.shorthash = embedding.hash[:12]
        fits = embedding.shape == self.expected_shape
        (self.word_embeddings if fits else self.skipped_embeddings)[embedding.name] = embedding


class StableDiffusionModelHijack:
    def __init__(self):
        self.embedding_db, self.clip = EmbeddingDatabase(), self
        self.clear_comments()

    def clear_comments(self):
        self.comments, self.extra_generation_params = [], {}

    def reload_embeddings(self, *, force=False):
        self.embedding_db.load_textual_inversion_embeddings(force)

    def get_prompt_lengths(self, text):
        count = len(painter.tokenize(self._pieces(text), self._vectors()))
        return count, math.ceil(max(count, 1) / painter.CHUNK) * painter.CHUNK

    def tokenize_line(self, line):
        """One chunk with the embeddings of a text, and the number of its tokens."""
        tokens = painter.tokenize(self._pieces(line), self._vectors())
        places = [i for i, (_, kind, _) in enumerate(tokens) if kind == "embedding"]
        fixes = [PromptChunkFix(i, self.embedding_db.word_embeddings[tokens[i][0]]) for i in places]
        return [SimpleNamespace(fixes=fixes)], len(tokens)

    def encode(self, texts):
        """Encode the texts of one prompt's schedule, together."""
        encoded, used = painter.encode([self._pieces(text) for text in texts], self._vectors(), shared.opts.emphasis)
        if shared.opts.textual_inversion_add_hashes_to_infotext and used:
            hashes = [f"{name.replace(':', '').replace(',', '')}: {self._hash(name)}" for name in used]
            earlier = self.extra_generation_params.get("TI hashes")
            self.extra_generation_params["TI hashes"] = ", ".join(hashes + [earlier] * bool(earlier))
        if shared.opts.emphasis != "Original" and any("(" in text or "[" in text for text in texts):
            self.extra_generation_params["Emphasis"] = shared.opts.emphasis
        return encoded

    def _pieces(self, text):
        plain = shared.opts.emphasis == "None"
        return [[text, 1.0]] if plain else prompt_parser.parse_prompt_attention(text)

    def _vectors(self):
        return {name: embedding.vectors for name, embedding in self.embedding_db.word_embeddings.items()}

    def _hash(self, name):
        return self.embedding_db.word_embeddings[name].shorthash


model_hijack = StableDiffusionModelHijack()
