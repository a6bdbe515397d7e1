"""Draws a portrait from the features of `lexicon.NAMES`: the decoder of the stand-in's model.

Coordinates are those of the head: eyes near y = 0, chin at 1, crown at -1, y down; +x is the picture's right.
"""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from tests.standin.portraits.brush import Canvas, circle, mirrored, mix, moved, shade, smooth
from tests.standin.portraits.face import (
    EYE_X,
    EYE_Y,
    MOUTH_Y,
    NOSE_Y,
    brows,
    extras,
    eyes,
    marks,
    mouth,
    nose,
    placed,
    tears,
)
from tests.standin.portraits.hair import back_hair, front_hair, hairline

GRAIN = np.random.default_rng(1).normal(0, 1, (64, 64))
ONE_SIDED = "open teeth round squint blush tears pout bite tongue smirk wink"


def draw(values: dict[str, float], size: tuple[int, int]) -> Image.Image:
    """Draw features at a size in pixels."""
    look = _look(values)
    canvas = Canvas(size, 3 if max(size) <= 160 else 2, _background(look))
    scale = 0.33 * (1 + 0.07 * look.zoom)
    canvas.place(0.5 + 0.045 * look.x, 0.49 + 0.025 * look.y, scale, 0.0)
    _body(canvas, look)
    body = canvas.origin
    canvas.place(0, 0, scale, 0.12 * look.tilt)
    canvas.origin = body + np.array([0.02 * look.tilt, 0.03 * look.nod]) * canvas.unit
    head = SimpleNamespace(face=_face_outline(look))
    for part in PARTS:
        part(canvas, look, head)
    return _unfinished(canvas.finished(), look.blur)


def _look(values):
    """Bring features into the ranges that can be drawn, and colours to tuples."""
    look = SimpleNamespace(**{name: _softly(value) for name, value in values.items()})
    for part in ("hair", "skin", "iris", "shirt", "bg"):
        channels = [min(max(_softly(values[f"{part}_{channel}"]), 0.06), 0.99) for channel in "rgb"]
        setattr(look, part, tuple(round(255 * channel) for channel in channels))
    for name in ONE_SIDED.split():
        setattr(look, name, max(0.0, getattr(look, name) - 0.04))
    look.shadow = mix(shade(look.skin, -0.27), (206, 84, 70), 0.2)
    look.side = 1 if look.light > 0 else -1
    look.blur = max(0.0, look.blur)
    return look


def _softly(value):
    """Leave small values as they are and hold large ones back: a caricature, not an explosion."""
    value = 0.0 if math.isnan(value) else max(-50.0, min(50.0, value))
    over = abs(value) - 1.1
    return value if over <= 0 else math.copysign(1.1 + 0.3 * math.tanh(over), value)


def _background(look):
    y, x = np.mgrid[0:1:32j, 0:1:32j]
    glow = np.exp(-(((x - 0.5 - 0.25 * look.bg_x) ** 2 + (y - 0.36 - 0.12 * look.bg_y) ** 2) / 0.12))
    light = 1.02 + 0.14 * glow - 0.1 * y + 0.05 * look.light * (x - 0.5)
    pixels = np.clip(np.array(look.bg)[None, None] * light[..., None], 0, 255)
    return Image.fromarray(pixels.astype(np.uint8))


def _unfinished(image, blur):
    """A picture as it is predicted half-way: soft, with a little grain."""
    if blur < 0.012:
        return image
    image = image.filter(ImageFilter.GaussianBlur(min(blur, 1) * 0.03 * max(image.size)))
    grain = Image.fromarray(np.clip(128 + GRAIN * 12 * min(blur, 1), 0, 255).astype(np.uint8))
    grain = grain.resize(image.size, Image.BILINEAR).convert("RGB")
    return ImageChops.add(image, grain, 1, -128)


def _face_outline(look):
    wide, jaw = 0.035 * look.face_w, 0.05 * look.masc + 0.03 * look.face_w
    chin = 0.03 * look.chin + 0.03 * look.masc + 0.055 * look.open
    right = [
        (0, -0.99), (0.4, -0.9), (0.65, -0.55), (0.715 + wide, -0.1), (0.69 + wide, 0.26),
        (0.58 + wide + jaw, 0.6), (0.36 + jaw, 0.86 + chin * 0.7), (0.15 + jaw * 0.8, 0.97 + chin), (0, 0.99 + chin),
    ]  # fmt: skip
    return smooth(mirrored(right))


def _body(canvas, look):
    wide = 1.02 + 0.22 * look.masc
    slope = 1.4 - 0.04 * look.masc
    top = [
        (0.2, 1.2), (0.42, slope - 0.06), (0.78 * wide, slope + 0.06), (1.12 * wide, slope + 0.3),
        (1.25 * wide, 2.6),
    ]  # fmt: skip
    shoulders = smooth(mirrored([*top, (0, 2.7)]))
    canvas.fill(shoulders, look.shirt)
    inside = canvas.shape(shoulders)
    canvas.soft(moved(shoulders, -0.75 * look.side, 0.1), shade(look.shirt, -0.4), 0.5, 0.2, inside)
    canvas.soft([(-0.6, 1.2), (0.6, 1.2), (0.4, 1.75), (-0.4, 1.75)], shade(look.shirt, -0.5), 0.35, 0.12, inside)


def _neck(canvas, look, head):
    wide = 0.3 + 0.1 * look.masc
    neck = smooth(mirrored([(wide, 0.5), (wide, 0.95), (wide + 0.03, 1.22), (wide + 0.14, 1.4), (0, 1.64)]))
    canvas.fill(neck, shade(look.skin, -0.05))
    canvas.soft(moved(head.face, 0, 0.2), look.shadow, 0.8, 0.05, canvas.shape(neck))
    if look.collar > 0.5:
        for side in (-1, 1):
            flap = [(side * 0.11, 1.66), (side * (wide + 0.13), 1.2), (side * (wide + 0.3), 1.42), (side * 0.3, 1.85)]
            canvas.fill(flap, shade(look.shirt, 0.1 if side * look.light < 0 else 0.28))
    else:
        edge = [(-wide - 0.15, 1.38), (-0.2, 1.58), (0.2, 1.58), (wide + 0.15, 1.38)]
        canvas.stroke(edge, 0.04, shade(look.shirt, -0.25), 0.5, 0.5)


def _head(canvas, look, head):
    for side in (-1, 1):
        ear = [(0.66, -0.1), (0.79, -0.12), (0.82, 0.06), (0.76, 0.26), (0.66, 0.28)]
        canvas.fill(smooth([(side * x, y) for x, y in ear]), shade(look.skin, -0.1))
        canvas.stroke([(side * 0.73, -0.05), (side * 0.775, 0.05), (side * 0.73, 0.17)], 0.02, look.shadow)
    canvas.fill(head.face, look.skin)
    head.inside = canvas.shape(head.face)


def _shading(canvas, look, head):
    """Everything soft on the skin: light, shadows, colour."""

    def soft(points, colour, alpha, blur, **how):
        canvas.soft(points, colour, alpha, blur, head.inside, **how)

    side, light = look.side, shade(look.skin, 0.65)
    soft(moved(head.face, side * 0.3, -0.17), look.shadow, 0.3 + 0.2 * min(abs(look.light), 1), 0.13, around=True)
    soft(circle(side * 0.28, 0.25, 0.21), light, 0.4, 0.1)
    soft(circle(side * 0.1, -0.4, 0.3, 0.5), light, 0.4, 0.12)
    if look.beard > 0.25:
        soft(_beard(), shade(look.hair, -0.1), 0.45 + 0.5 * look.beard, 0.035)
    red = mix(look.skin, (232, 76, 84), 0.8)
    for each in (-1, 1):
        x, y = placed(look, each * EYE_X, EYE_Y)
        soft(circle(x, y - 0.05, 0.2, 0.6), look.shadow, 0.32, 0.05)
        x, y = placed(look, each * 0.44, 0.34 - 0.03 * look.smile)
        soft(circle(x, y, 0.17, 0.66), red, 0.17 + 0.45 * look.blush - 0.08 * max(look.masc, 0), 0.055)
    _nose_shading(look, soft, light)
    x, y = placed(look, 0, MOUTH_Y + 0.13 + 0.2 * look.open)
    soft(circle(x, y, 0.13, 0.4), look.shadow, 0.5, 0.035)
    line = smooth(hairline(look), closed=False)
    if look.hair_vol > -0.75:
        soft(np.vstack([moved(line, 0, 0.075), [(-0.8, -1.1), (0.8, -1.1)]]), look.shadow, 0.55, 0.035)


def _beard():
    right = np.array([(0.76, 0.2), (0.68, 0.6), (0.42, 0.98), (0, 1.16)])
    inner = np.array([(0, 0.43), (0.2, 0.47), (0.38, 0.58), (0.56, 0.36)])
    left = (right[:3] * (-1, 1))[::-1]
    return smooth(np.vstack([right, left, (inner[1:] * (-1, 1))[::-1], inner]))


def _nose_shading(look, soft, light):
    x, y = placed(look, 0.03 * look.turn, NOSE_Y)
    size, away = 1 + 0.22 * look.nose + 0.14 * look.masc, -look.side
    bridge = [
        (x * 0.6 + away * 0.03, -0.08), (x + away * 0.075, 0.16), (x + away * 0.1 * size, y), (x, y + 0.03),
        (x, 0.1),
    ]  # fmt: skip
    soft(smooth(bridge), look.shadow, 0.42, 0.028)
    soft(circle(x, y + 0.05, 0.1 * size, 0.4), look.shadow, 0.5, 0.022)
    soft(circle(x - away * 0.02, y - 0.05, 0.042 * size), light, 0.65, 0.02)


PARTS = (back_hair, _neck, _head, _shading, nose, marks, eyes, mouth, brows, tears, front_hair, extras)
