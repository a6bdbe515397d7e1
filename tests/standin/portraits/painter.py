"""In place of the diffusion model: text encoder, denoiser and decoder of schematic portraits.

The latent of a picture is one row of 64 numbers, the features of `lexicon.NAMES`. The denoiser is that of a
Gaussian: it pulls each feature towards what the text says, the more the lower sigma is against the feature's own
scale. So composition is settled in the first steps and the face in the later ones, as in the real thing, and prompt
editing, guidance, samplers and steps all have their exact effects. It counts the rows that it computes.
"""

from __future__ import annotations

import hashlib
import re
import time
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from tests.standin.portraits import lexicon, portrait
from tests.standin.portraits.lexicon import INDEX, NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHAPE = (len(NAMES),)
CHUNK = 75
USUAL_CFG = 7.0

counter = SimpleNamespace(rows=0, calls=0, encoded=0)
speed = SimpleNamespace(seconds_per_step=0.0)
loras: dict[str, float] = {}
faults = {"standin-oom": "oom", "standin-nan": "nan"}


@cache
def _per_feature(composition, colours, shapes, face, blur):
    kinds = (lexicon.COMPOSITION, lexicon.COLOURS, lexicon.SHAPES, lexicon.FACE, ["blur"])
    values = (composition, colours, shapes, face, blur)
    return np.concatenate([np.full(len(kind), value) for kind, value in zip(kinds, values, strict=True)])


SCALE = _per_feature(20.0, 0.5, 0.8, 0.5, 1.0)  # how far seeds scatter a feature, in units of sigma
UNIT = _per_feature(20.0, 26.0, 10.0, 8.0, 1.0)  # what makes a feature 1 in the picture
IS_LOOK = _per_feature(0, 1, 1, 0, 0) > 0
IS_FACE = _per_feature(0, 0, 0, 1, 0) > 0


def features(text: str) -> np.ndarray:
    """Read "smile.8 hair.4/.26/.18" into features."""
    row = np.zeros(SHAPE)
    for name, values in re.findall(r"([a-z_]+)((?:/?-?[\d.]+)+)", text):
        for key, value in zip(_keys(name), re.findall(r"-?[\d.]+", values), strict=False):
            row[INDEX[key]] = float(value)
    return row


def _keys(name):
    return [name] if name in INDEX else [f"{name}_{channel}" for channel in "rgb"]


@cache
def by_chance(word: str, size: int = SHAPE[0]) -> np.ndarray:
    """Numbers from -1 to 1 that depend on the word only."""
    digest = hashlib.shake_128(word.encode()).digest(size)
    return np.frombuffer(digest, np.uint8) / 127.5 - 1


BASE = features(lexicon.NEUTRAL_PERSON)
FACES = {phrase: features(text) for phrase, text in lexicon.FACES.items()}
LOOKS = {phrase: features(text) for phrase, text in lexicon.LOOKS.items()}
PLAIN_WORDS = frozenset(lexicon.PLAIN_WORDS.split())
LONGEST = max(len(phrase.split()) for phrase in [*FACES, *LOOKS])


class Character:
    """What a LoRA or an embedding does: looks, and what it makes of expressions."""

    def __init__(self, name: str):
        text, self.stubborn, habit = lexicon.CHARACTERS.get(name, ("", 0.25, ""))
        self.looks = features(text) if text else _unknown_person(name)
        pose = by_chance(f"pose {name}") * _per_feature(1.6, 0, 0, 0, 0)
        self.habit = features(habit) + pose  # what the training pictures had in common


@cache
def _character(name):
    return Character(name)


@cache
def _unknown_person(name):
    row = BASE + by_chance(f"person {name}") * 0.5 * IS_LOOK
    return np.where(_per_feature(0, 1, 0, 0, 0) > 0, np.clip(row, 0.1, 0.95), row)


def use_loras(weights: Iterable[tuple[str, float]]) -> None:
    """Set the LoRAs of the model, as (name, weight)."""
    loras.clear()
    for name, weight in weights:
        loras[name] = loras.get(name, 0) + weight


# ---- text encoder


def tokenize(pieces: Sequence, vectors: dict[str, int]) -> list[tuple[str, str, float]]:
    """Cut [text, weight] pieces into (token, kind, weight); an embedding takes one token for each of its vectors."""
    names = sorted(vectors, key=len, reverse=True)
    pattern = re.compile("|".join(map(_as_tokens, names)) or r"(?!)", re.IGNORECASE)
    known = {name.lower(): name for name in names}
    tokens: list[tuple[str, str, float]] = []
    for text, weight in pieces:
        if weight == -1 and text == "BREAK":
            tokens += [("", "pad", 1.0)] * (-len(tokens) % CHUNK)
            continue
        for word, name in _words(text, pattern, known):
            count = vectors[name] if name else -(-len(word) // 12)
            tokens += [(name or word, "embedding" if name else "word", weight)]
            tokens += [("", "rest", weight)] * (count - 1)
    return tokens


def _as_tokens(name):
    """A pattern for a name where CLIP's tokens begin and end: runs of letters, single digits, runs of other signs."""
    letter, sign = r"[^\W\d_]", r"(?:[^\w\s]|_)"

    def kind(character):
        return letter if character.isalpha() else "" if character.isdigit() else sign

    before, after = kind(name[0]), kind(name[-1])
    return (f"(?<!{before})" if before else "") + re.escape(name) + (f"(?!{after})" if after else "")


def _words(text, pattern, known):
    """The words of a text, with the names of those that are embeddings: also of one within a word, as in 1girl."""
    position = 0
    for match in [*pattern.finditer(text), None]:
        end = match.start() if match else len(text)
        yield from ((word, "") for word in re.findall(r"[^\W_]+|_|[^\w\s]", text[position:end]))
        if match:
            yield match[0], known[match[0].lower()]
            position = match.end()


def encode(texts: Sequence, vectors: dict[str, int], emphasis: str) -> tuple[list[np.ndarray], list[str]]:
    """Encode the texts of one schedule to arrays (2 x chunks, features), all equally long; and embeddings used.

    As in the real one, "Original" emphasis evens out the mean of all of them together.
    """
    tokenized = [tokenize(pieces, vectors) for pieces in texts]
    chunks = max(1, *(-(-len(tokens) // CHUNK) for tokens in tokenized))
    plain = [_encode_one([(t, k, 1.0) for t, k, _ in tokens], chunks) for tokens in tokenized]
    encoded = plain
    if emphasis not in {"None", "Ignore"}:
        encoded = [_encode_one(tokens, chunks) for tokens in tokenized]
    before, after = (sum(float(np.abs(each).sum()) for each in kind) for kind in (plain, encoded))
    factor = before / after if emphasis == "Original" and after else 1.0
    used = dict.fromkeys(token for tokens in tokenized for token, kind, _ in tokens if kind == "embedding")
    return [(each * factor).astype(np.float32) for each in encoded], list(used)


def _encode_one(tokens, chunks):
    """Two vectors a chunk: its content, and an echo that fills up, which is why batchmates of other lengths matter."""
    vectors, content = [], np.zeros(SHAPE)
    for i in range(chunks):
        content = _meaning(tokens[i * CHUNK : (i + 1) * CHUNK]) if i * CHUNK < len(tokens) else content * 0
        vectors += [content, content * 0.02 if content.any() else vectors[-1] if vectors else content]
    return np.stack(vectors)


def _meaning(tokens):
    """The displacement of all features that a chunk of text asks for."""
    up, down, rest = np.zeros(SHAPE), np.zeros(SHAPE), np.zeros(SHAPE)
    stubborn, position = 0.0, 0
    while position < len(tokens):
        token, kind, weight = tokens[position]
        length = 1
        if kind == "embedding":
            character = _character(token)
            stubborn = max(stubborn, character.stubborn * min(weight, 1.2))
            rest += ((character.looks - BASE) * IS_LOOK + character.habit) * weight
        elif kind == "word":
            length, face, other = _look_up(tuple(t for t, k, _ in tokens[position : position + LONGEST] if k == "word"))
            up, down = np.maximum(up, face * weight), np.minimum(down, face * weight)
            rest += other * weight
        position += length
    return (up + down) * (1 - stubborn) + rest


@cache
def _look_up(words):
    """The longest phrase at the start of these words: (its length, its face, everything else it moves)."""
    for length in range(min(LONGEST, len(words)), 0, -1):
        phrase = " ".join(words[:length]).lower()
        composition = by_chance(f"composition {phrase}") * _per_feature(0.55, 0, 0, 0, 0)
        if phrase in FACES:
            return length, FACES[phrase], composition
        if phrase in LOOKS:
            asked = LOOKS[phrase]
            return length, np.zeros(SHAPE), composition + np.where(asked != 0, asked - BASE, 0)
    word = words[0]
    strength = 0.05
    if word.lower() in PLAIN_WORDS or not word.isalnum():
        strength = 0.0
    elif word[0].isupper() and word[1:].islower():
        strength = 0.55  # somebody's name
    looks = (_unknown_person(word) - BASE) * strength
    return 1, np.zeros(SHAPE), looks + composition * (0.4 if strength else 0.15)


# ---- denoiser


class Denoiser:
    """The inner model: rows of x and of conditioning in, predicted clean rows out; a row depends on itself alone."""

    def __call__(self, x, sigma, cond):
        return self.forward(x, sigma, cond=cond)

    def forward(self, x, sigma, cond):
        counter.rows += len(x)
        counter.calls += 1
        if speed.seconds_per_step:
            time.sleep(speed.seconds_per_step)
        texts = cond["c_crossattn"][0]
        return np.stack([self._row(*row) for row in zip(x, sigma, texts, strict=True)]).astype(np.float32)

    def _row(self, x, sigma, text):
        target = _target(text.astype(np.float64).sum(axis=0)) * UNIT
        noise = float(sigma) ** 2 / (SCALE**2 + float(sigma) ** 2)
        clean = x + (target - x) * noise
        clean[INDEX["blur"]] = noise[INDEX["blur"]]
        return clean


def _target(displacement):
    """Where the features are pulled: the text's wishes, and what the LoRAs make of them."""
    row = BASE + displacement / USUAL_CFG
    for name, weight in loras.items():
        character = _character(name)
        looks = row + (character.looks - row) * np.clip(weight, -1, 1.5)
        face = row * (1 - np.clip(character.stubborn * weight, 0, 0.95)) + character.habit * weight
        row = np.where(IS_LOOK, looks, np.where(IS_FACE, face, row + character.habit * weight))
    return row


def fault_in(prompts: Sequence[str]) -> str | None:
    """Fail on purpose if one of the prompts asks for it."""
    fault = next((kind for word, kind in faults.items() for prompt in prompts if word in prompt), None)
    if fault not in {None, "nan"}:
        message = "CUDA out of memory. Tried to allocate 20.00 MiB" if fault == "oom" else fault
        raise RuntimeError(message)
    return fault


# ---- encoder and decoder


def encode_picture(pixels: np.ndarray) -> np.ndarray:
    """An average person, changed a little by what is where in a picture (3 x height x width, from 0 to 1)."""
    counter.encoded += 1
    grey = Image.fromarray((pixels.mean(axis=0) * 255).round().astype(np.uint8)).resize((8, 8), Image.Resampling.BOX)
    return ((BASE + (np.asarray(grey, np.float64).ravel() / 255 - 0.5) * 0.3) * UNIT).astype(np.float32)


def decode(latent: np.ndarray, size: tuple[int, int]) -> Image.Image:
    return _drawn(tuple((latent / UNIT).astype(float).tolist()), size).copy()


@lru_cache(256)
def _drawn(values, size):
    return portrait.draw(dict(zip(NAMES, values, strict=True)), size)
