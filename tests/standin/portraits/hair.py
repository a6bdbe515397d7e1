"""The hair of a portrait: behind the head, and over the face."""

from __future__ import annotations

import math

import numpy as np

from tests.standin.portraits.brush import circle, mirrored, moved, shade, smooth


def _crown(look):
    """The right half of the hair's outline, from the top of the skull to beside the eye."""
    volume = 0.09 + 0.09 * max(look.hair_vol, -0.6)
    short = min(max(1 - 4 * look.hair_len, 0), 1)
    aside = volume * (1 - 0.45 * short)
    return [(0, -1.0 - volume), (0.4, -0.93 - volume), (0.68 + aside * 0.75, -0.58), (0.745 + aside, -0.12)]


def back_hair(canvas, look, head):
    dark = shade(look.hair, -0.34)
    if look.bun > 0.3:
        canvas.fill(circle(0.05, -1.17, 0.3 * look.bun), look.hair)
        canvas.soft(circle(0.1, -1.06, 0.2 * look.bun), dark, 0.55, 0.07)
    if look.tail > 0.3:
        tail = [
            (0.5, -0.85), (0.98, -0.75), (1.16, -0.2), (1.05, 0.6), (1.12, 1.25), (0.88, 1.0), (0.86, 0.3),
            (0.8, -0.2),
        ]  # fmt: skip
        canvas.fill(smooth(tail), dark)
        canvas.stroke([(0.78, -0.68), (1.05, -0.3), (0.97, 0.5), (1.06, 1.1)], 0.13, look.hair, 0.35)
    canvas.fill(smooth(mirrored(_mane(look))), dark)


def _mane(look):
    """The right half of the hair behind the head: short hair hugs it, long hair falls and waves."""
    bottom = 0.32 + 1.3 * look.hair_len
    crown = [(x, y * 0.98) for x, y in _crown(look)]
    if look.hair_len < 0.25:
        return [*crown, (0.77, 0.12), (0.66, 0.34), (0.3, 0.5), (0, 0.5)]
    wide = 0.83 + 0.17 * look.hair_vol
    right = [*crown, (wide, 0.26)]
    count = max(2, round((bottom - 0.26) / 0.27))
    for i in range(1, count + 1):
        y = 0.26 + (bottom - 0.26) * i / count
        swing = 0.05 * look.wave * (1 if i % 2 else -1)
        right.append((wide + swing + 0.09 * look.hair_vol * (y - 0.26), y))
    return [*right, (wide * 0.62, bottom + 0.1), (0.0, bottom - 0.04)]


def hairline(look):
    """The edge of the hair on the forehead, from the right temple over the parting to the left one."""
    part = 0.3 * (look.part * 2 - 1)
    fringe = min(max(look.fringe, -0.3), 1.1)
    peak, down = -0.8 + 0.44 * fringe, -0.02 + 0.3 * min(max(look.hair_len, 0), 0.8)
    return [
        (0.74, down), (0.665, -0.2 + 0.07 * fringe), (0.57, -0.45 + 0.18 * fringe),
        ((0.57 + part) / 2 + 0.03, -0.69 + 0.4 * fringe), (part + 0.03, peak), (part - 0.05, peak + 0.02),
        ((-0.57 + part) / 2 - 0.04, -0.66 + 0.37 * fringe), (-0.57, -0.43 + 0.17 * fringe),
        (-0.665, -0.18 + 0.07 * fringe), (-0.74, down),
    ]  # fmt: skip


def front_hair(canvas, look, head):
    if look.hair_vol < -0.75:
        return
    crown = np.array(_crown(look))
    down = max(hairline(look)[0][1], 0.02)
    outer = [(-0.775, down), *(crown[::-1] * (-1, 1)), *crown[1:], (0.775, down)]
    cap = np.vstack([smooth(outer, closed=False), smooth(hairline(look), closed=False)])
    canvas.fill(cap, look.hair)
    inside = canvas.shape(cap)
    canvas.soft(moved(cap, -look.side * 0.42, 0.1), shade(look.hair, -0.3), 0.35, 0.12, inside)
    shine = [(-0.55, -0.6), (0, -0.86), (0.55, -0.6), (0.5, -0.47), (0, -0.73), (-0.5, -0.47)]
    canvas.soft(moved(smooth(shine), look.side * 0.06, -0.08), shade(look.hair, 0.5), 0.45, 0.05, inside)
    _strands(canvas, look, crown)
    if look.hair_len > 0.25:
        _locks(canvas, look)
    if look.fringe > 0.22 or (look.fringe > 0 and look.hair_len < 0.12):
        _tufts(canvas, look)


def _strands(canvas, look, crown):
    """Lines between the outline of the hair and its edge on the forehead."""
    line = np.array(hairline(look))
    places = np.linspace(0, 1, 6)
    for side, half in ((1, line[4::-1]), (-1, line[5:])):
        outline = smooth(crown * (side, 1), closed=False)
        curves = smooth(half, closed=False), outline
        edge, outline = (each[(places * (len(each) - 1)).astype(int)] for each in curves)
        outline[0] = edge[0] + (0, (outline[0] - edge[0])[1])
        for share, tone in ((0.22, -0.2), (0.5, 0.12), (0.74, -0.16)):
            canvas.stroke(edge + (outline - edge) * share, 0.02, shade(look.hair, tone), 0.6)


def _tufts(canvas, look):
    """A fringe in strands, and the ruffled crown of short hair."""
    line = smooth(hairline(look), closed=False)
    places = (0.2, 0.34, 0.78, 0.64, 0.46, 0.56) if look.part < 0.5 else (0.8, 0.66, 0.22, 0.36, 0.54, 0.44)
    for i, place in enumerate(places):
        x, y = line[int(place * (len(line) - 1))]
        lean = 0.1 * (1 if x > 0 else -1)
        root = (x * 0.62 - lean, y - 0.36)
        end = (x + lean * 0.4, y + 0.045 + 0.03 * math.sin(i * 2.4))
        tuft = [root, ((root[0] + x) / 2 - lean * 0.5, (root[1] + y) / 2), end]
        canvas.stroke(tuft, 0.2, shade(look.hair, (0.0, -0.1, 0.07)[i % 3]), 0.55, 0.4)
    top = -1.0 - 0.09 - 0.09 * max(look.hair_vol, -0.6)
    ruffled = look.hair_len < 0.12 and look.fringe > 0 and max(look.tail, look.bun) < 0.3
    for i, x in enumerate((-0.42, -0.12, 0.22, 0.5) if ruffled else ()):
        sway = 0.16 if look.part > 0.4 else -0.16
        ruffle = [
            (x - sway, top + 0.3 + 0.2 * x * x), (x, top + 0.04 + 0.25 * x * x),
            (x + sway * 1.1, top - 0.05 + 0.3 * x * x),
        ]  # fmt: skip
        canvas.stroke(ruffle, 0.24 + 0.06 * look.wave, shade(look.hair, 0.06 if i % 2 else -0.04), 0.5, 0.5)


def _locks(canvas, look):
    """Hair in front of the shoulders, along both cheeks."""
    end = 0.3 + 1.22 * look.hair_len
    for side in (-1, 1):
        t = np.linspace(0, 1, 6)
        y = -0.32 + (end + 0.32) * t
        wide = 0.1 + 0.1 * np.sin(math.pi * np.minimum(t + 0.15, 1)) + 0.03 * look.hair_vol
        x = 0.7 + (0.05 + 0.06 * look.hair_vol) * t + 0.05 * look.wave * np.sin(np.arange(6) * 2.1 + side)
        outer, inner = np.stack([side * (x + wide), y], 1), np.stack([side * (x - wide * (0.3 + 0.4 * t)), y], 1)
        tip = [(side * (x[-1] - 0.02), end + 0.12)]
        canvas.fill(
            smooth(np.vstack([outer, tip, inner[::-1]])), shade(look.hair, -0.12 if side * look.light < 0 else 0)
        )
        for share, tone in ((0.3, -0.24), (0.65, 0.1)):
            canvas.stroke((inner + (outer - inner) * share)[1:], 0.026, shade(look.hair, tone), 0.5)
