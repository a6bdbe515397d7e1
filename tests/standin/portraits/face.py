"""The features of a portrait's face, drawn sharply over the shaded skin."""

from __future__ import annotations

import math

import numpy as np

from tests.standin.portraits.brush import circle, mix, moved, shade, smooth

EYE_X, EYE_Y, MOUTH_Y, NOSE_Y = 0.315, 0.05, 0.65, 0.39
ROSE, WHITE, DARK = (198, 82, 92), (253, 250, 247), (70, 22, 32)


def placed(look, x, y):
    """Where a point of the face is seen when the head is turned a little."""
    depth = math.sqrt(max(0.0, 1 - (x / 0.8) ** 2 - ((y - 0.1) / 1.15) ** 2))
    return x + 0.11 * look.turn * depth, y + 0.05 * look.nod * depth


def marks(canvas, look, head):
    """Folds of a smile, freckles, wrinkles."""
    for side in (-1, 1) if look.smile > 0.4 else ():
        x, y = placed(look, side * 0.43, 0.33 - 0.03 * look.smile)
        fold = [(x - side * 0.16, y + 0.05), (x - side * 0.085, y + 0.16), (x - side * 0.085, y + 0.28)]
        canvas.stroke(fold, 0.014, mix(look.skin, look.shadow, min(0.2 + 0.25 * look.smile, 0.55)), 0.6)
    if look.freckle > 0.35:
        colour = mix(look.skin, (166, 92, 54), 0.45)
        for i in range(24):
            across = math.sin(i * 12.9898) * 0.47
            x, y = placed(look, across, 0.27 + 0.09 * math.sin(i * 78.233) - 0.07 * abs(across))
            canvas.dot(x, y, 0.0095 + 0.004 * math.sin(i * 3.7), colour)
    if look.age > 0.25:
        _wrinkles(canvas, look)


def _wrinkles(canvas, look):
    colour = mix(look.skin, look.shadow, min(1.0, 0.3 + 0.5 * look.age))
    for y in (-0.5, -0.41):
        canvas.stroke([(-0.28, y + 0.02), (0, y - 0.01), (0.28, y + 0.02)], 0.016, colour)
    for side in (-1, 1):
        for lines in ([(0.21, 0.17), (0.3, 0.2), (0.41, 0.16)], [(0.2, 0.42), (0.3, 0.54), (0.31, 0.68)]):
            canvas.stroke([placed(look, side * x, y) for x, y in lines], 0.017, colour)


def eyes(canvas, look, head):
    for side in (-1, 1):
        at = placed(look, side * EYE_X, EYE_Y)
        winks = look.wink > 0.4 and side > 0
        opened = 1 + 0.95 * look.lids - 0.5 * look.squint - (1.2 if winks else 0)
        if opened < 0.24:
            _closed_eye(canvas, look, at, side)
        else:
            _open_eye(canvas, look, at, side, min(opened, 1.55))


def _lash_colour(look):
    return mix(shade(look.hair, -0.55), (38, 24, 28), 0.65)


def _closed_eye(canvas, look, at, side):
    x, y = at
    wide = 0.17 * (1 + 0.14 * look.eye_size)
    bend = -0.085 if look.squint * look.smile > 0.35 or look.wink > 0.4 else 0.075
    arc = [(-wide, 0.03), (-wide * 0.45, 0.03 + bend * 0.75), (wide * 0.3, 0.03 + bend), (wide, 0.01)]
    canvas.stroke([(x + side * px, y + py) for px, py in arc], 0.044, _lash_colour(look), 0.62, 0.25)
    for step in (0.5, 0.78, 1.0) if look.lash > 0.2 else ():
        px, py = x + side * wide * step, y + 0.03 + bend * (1.2 - step)
        canvas.stroke([(px, py), (px + side * 0.025, py + 0.02), (px + side * 0.055, py + 0.036)], 0.022,
                      _lash_colour(look), 0.1, 0.9)  # fmt: skip


def _open_eye(canvas, look, at, side, opened):
    x, y = at
    wide = 0.175 * (1 + 0.14 * look.eye_size)
    top = 0.122 * opened * (1 + 0.16 * look.eye_size)
    low = 0.078 * (1 - 0.5 * look.squint - 0.12 * max(look.smile, 0)) * (0.75 + 0.25 * opened)
    tired = 0.04 * max(0.0, -look.lids)
    upper = [(-wide, 0.03), (-wide * 0.55, -top * 0.72), (wide * 0.1, -top), (wide * 0.66, tired - top * 0.66),
             (wide, tired - 0.015)]  # fmt: skip
    lower = [(wide * 0.6, low * 0.85), (-wide * 0.05, low), (-wide * 0.6, low * 0.8)]
    upper, lower = ([(x + side * px, y + py) for px, py in line] for line in (upper, lower))
    window = canvas.window(smooth([*upper, *lower]))
    window.everything(WHITE)
    _iris(window, look, (x + 0.075 * look.gaze_x + 0.02 * look.turn, y - 0.018 + 0.055 * look.gaze_y), upper)
    window.show()
    dark, (ox, oy) = _lash_colour(look), upper[-1]
    curl = max(look.lash, 0)
    wing = (ox + side * (0.02 + 0.03 * curl), oy - 0.012 - 0.02 * curl)
    canvas.stroke([*upper, wing], 0.034 + 0.022 * curl, dark, 0.72, 0.25)
    canvas.stroke([(ox, oy + 0.01), *lower], 0.014, mix(look.skin, dark, 0.5), 0.3)
    crease = [(px + side * 0.005, py - 0.052) for px, py in upper[1:]]
    canvas.stroke(crease, 0.014, mix(look.skin, look.shadow, 0.9))


def _iris(window, look, at, upper):
    x, y = at
    radius = 0.112 * (1 + 0.1 * look.eye_size)
    window.disc(x, y, radius, shade(look.iris, -0.5))
    window.disc(x, y, radius * 0.88, look.iris)
    window.disc(x, y + radius * 0.3, radius * 0.6, shade(look.iris, 0.32))
    lid = smooth(upper, closed=False)
    window.fill(np.vstack([moved(lid, 0, 0.034), moved(lid, 0, -0.3)[::-1]]), mix(WHITE, shade(look.iris, -0.6), 0.42))
    window.disc(x, y, radius * 0.48, (24, 17, 20))
    window.disc(x + look.side * 0.037, y - 0.038, 0.032, (255, 255, 255))
    window.disc(x - look.side * 0.036, y + 0.046, 0.015, mix(look.iris, (255, 255, 255), 0.7))


def brows(canvas, look, head):
    colour = mix(shade(look.hair, -0.3), (74, 50, 44), 0.3)
    for side in (-1, 1):
        skew = look.brow_skew if side > 0 else -0.35 * look.brow_skew
        lift = 0.105 * look.brow_up + 0.085 * skew
        inner, pinch = 0.095 * look.brow_in, 0.035 * max(0.0, -look.brow_in)
        points = [
            (0.14 - pinch, -0.2 - lift - inner), (0.28 - pinch * 0.6, -0.25 - lift - inner * 0.35 - 0.03 * abs(skew)),
            (0.415, -0.26 - lift + inner * 0.4), (0.53, -0.185 - lift + inner * 0.6),
        ]  # fmt: skip
        canvas.stroke(
            [placed(look, side * x, y) for x, y in points], 0.05 * (1 + 0.42 * look.brow_thick), colour, 0.3, 0.55
        )
    for side in (-1, 1) if look.brow_in < -0.5 else ():
        x, y = placed(look, side * 0.045, -0.17)
        line = [(x, y - 0.07), (x - side * 0.006, y), (x + side * 0.008, y + 0.06)]
        canvas.stroke(line, 0.018, mix(look.skin, look.shadow, 0.9))


def tears(canvas, look, head):
    for side in (-1, 1) if look.tears > 0.35 else ():
        x, y = placed(look, side * (EYE_X + 0.02), EYE_Y + 0.11)
        track = [(x, y), (x + side * 0.03, y + 0.16), (x + side * 0.02, y + 0.34 * look.tears)]
        canvas.stroke(track, 0.046, mix(look.skin, (196, 226, 246), 0.7), 0.85, 0.3)
        canvas.dot(*track[-1], 0.038, (188, 222, 246))
        canvas.dot(track[-1][0] - 0.012, track[-1][1] - 0.012, 0.014, (250, 253, 255))


def nose(canvas, look, head):
    x, y = placed(look, 0.03 * look.turn, NOSE_Y)
    size, line = 1 + 0.22 * look.nose + 0.14 * look.masc, mix(look.skin, shade(look.shadow, -0.5), 0.75)
    canvas.stroke([(x - 0.06 * size, y + 0.04), (x, y + 0.066), (x + 0.06 * size, y + 0.04)], 0.022, line)
    for wing in (-1, 1):
        arc = [
            (x + wing * 0.086 * size, y - 0.03), (x + wing * 0.106 * size, y + 0.015),
            (x + wing * 0.08 * size, y + 0.04),
        ]  # fmt: skip
        canvas.stroke(arc, 0.016, mix(look.skin, look.shadow, 0.95))


def _mouth_curves(look):
    """(upper edge, lower edge) of the opening, each seven points from the picture's left to its right."""
    joy, around = max(look.smile, 0), min(1.0, look.round)
    wide = 0.24 * (1 + 0.4 * joy - 0.36 * around * min(1, look.open * 2) - 0.42 * look.pout + 0.06 * look.masc)
    height = 0.42 * look.open * (1 + 0.1 * around)
    roof, floor = -0.34 * height * (1 - 0.8 * min(joy, 1)), 0.66 * height
    xs = np.array([-1.0, -0.66, -0.33, 0.0, 0.33, 0.66, 1.0])
    bend = 1 - xs**2
    full = np.sqrt(bend) * (0.35 + 0.65 * around) + bend * (0.65 - 0.65 * around)
    smirk = 0.1 * look.smirk * np.clip(xs, -0.25, 1) ** 3
    base = MOUTH_Y - 0.095 * look.smile * (1 - bend) + 0.04 * look.smile * bend - smirk
    across = xs * wide + 0.03 * look.smirk
    edges = (base + roof * full, base + floor * np.maximum(full, np.sqrt(bend) * 0.93))
    return [np.array([placed(look, *at) for at in zip(across, ys, strict=True)]) for ys in edges]


def mouth(canvas, look, head):
    upper, lower = _mouth_curves(look)
    lip = mix(look.skin, ROSE, 0.62 + 0.12 * look.lips - 0.3 * max(look.masc, 0))
    thick = (0.06 + 0.024 * look.lips + 0.03 * look.pout) * (1 - 0.22 * max(look.smile, 0))
    bow = np.array([0, 0.62, 0.96, 0.8, 0.96, 0.62, 0])[:, None] * (0, -thick)
    full = np.array([0, 0.55, 0.92, 1.0, 0.92, 0.55, 0])[:, None] * (0, thick * 1.2)
    over, under = smooth(upper + bow, closed=False), smooth(lower + full, closed=False)
    top, bottom = smooth(upper, closed=False), smooth(lower, closed=False)
    canvas.fill(np.vstack([over, bottom[::-1]]), shade(lip, -0.14))
    canvas.fill(np.vstack([bottom, under[::-1]]), lip)
    x, y = lower[3]
    canvas.fill(circle(x + look.side * 0.02, y + thick * 0.62, 0.06, 0.2), shade(lip, 0.28))
    if look.open > 0.07:
        _open_mouth(canvas, look, top, bottom)
    else:
        canvas.stroke(upper, 0.026, shade(lip, -0.55), 0.5, 0.25)
    _mouth_corners(canvas, look, upper)
    if look.bite > 0.4:
        teeth = [(x - 0.09, y - 0.005), (x + 0.09, y - 0.005), (x + 0.08, y + 0.055), (x - 0.08, y + 0.055)]
        canvas.fill(smooth(teeth), WHITE)
    if look.tongue > 0.4:
        shape = [(x - 0.1, y - 0.03), (x + 0.1, y - 0.03), (x + 0.11, y + 0.12), (x, y + 0.22), (x - 0.11, y + 0.12)]
        canvas.fill(smooth(shape), (222, 108, 116))
        canvas.stroke([(x, y), (x, y + 0.06), (x, y + 0.13)], 0.02, (190, 78, 90), 0.4)


def _open_mouth(canvas, look, top, bottom):
    window = canvas.window(np.vstack([top, bottom[::-1]]))
    window.everything(DARK)
    low, high, x = bottom[:, 1].max(), top[:, 1].min(), top[len(top) // 2][0]
    window.disc(x, low + 0.08, 0.18, (182, 70, 82))
    window.disc(x, low + 0.11, 0.17, (208, 98, 104))
    if look.teeth > 0.1 or look.round < 0.3:
        share = min(1.0, 0.4 + look.teeth) * (0.5 - 0.15 * min(look.open, 1))
        band = max((low - high) * share, 0.02)
        window.fill(np.vstack([moved(top, 0, -0.1), moved(top, 0, band)[::-1]]), (251, 248, 243))
    window.show()


def _mouth_corners(canvas, look, upper):
    colour = mix(look.skin, shade(look.shadow, -0.4), 0.7)
    lift = 0.03 if look.smile >= 0 else -0.035
    for corner, side in ((upper[0], -1), (upper[-1], 1)):
        if abs(look.smile) > 0.25 or (look.smirk > 0.3 and side > 0):
            tick = corner + np.array([(-side * 0.012, 0), (side * 0.018, -lift * 0.4), (side * 0.03, -lift)])
            canvas.stroke(tick, 0.024, colour, 0.4, 0.4)


def extras(canvas, look, head):
    for side in (-1, 1) if look.earring > 0.4 else ():
        canvas.dot(side * 0.785, 0.33, 0.042, (214, 170, 80))
        canvas.dot(side * 0.775, 0.318, 0.016, (252, 236, 190))
    if look.glasses > 0.4:
        _glasses(canvas, look)


def _glasses(canvas, look):
    frame = (52, 48, 58)
    for side in (-1, 1):
        x, y = placed(look, side * EYE_X, EYE_Y)
        ring = circle(x, y + 0.01, 0.24, 0.86)
        ring = np.vstack([ring, ring[:1]])
        inner = (ring - (x, y + 0.01)) * 0.9 + (x, y + 0.01)
        canvas.fill(np.vstack([ring, inner[::-1]]), frame)
        canvas.stroke(
            [(x + side * 0.24, y - 0.02), (side * 0.68, y - 0.03), (side * 0.75, y - 0.04)], 0.032, frame, 0.4, 0.9
        )
    left, right = (placed(look, x, EYE_Y - 0.02) for x in (-0.075, 0.075))
    canvas.stroke([left, ((left[0] + right[0]) / 2, left[1] - 0.035), right], 0.03, frame, 0.5, 0.9)
