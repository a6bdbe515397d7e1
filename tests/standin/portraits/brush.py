"""Smooth shapes on a Pillow picture, larger than needed and reduced at the end."""

from __future__ import annotations

import itertools
import math

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]


def _catmull_rom(steps: int) -> np.ndarray:
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    powers = np.hstack([np.ones_like(t), t, t**2, t**3])
    return powers @ (np.array([[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]]) / 2)


BASIS = _catmull_rom(7)


def smooth(points, *, closed=True) -> np.ndarray:
    """Lay a smooth curve through points (n, 2)."""
    points = np.asarray(points, float)
    if closed:
        before, after, last = np.roll(points, 1, 0), np.roll(points, -1, 0), np.roll(points, -2, 0)
    else:
        padded = np.vstack([points[:1] * 2 - points[1:2], points, points[-1:] * 2 - points[-2:-1]])
        before, points, after, last = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    knots = np.stack([before, points, after, last])
    curve = (BASIS @ knots.reshape(4, -1)).reshape(len(BASIS), -1, 2).swapaxes(0, 1).reshape(-1, 2)
    return curve if closed else np.vstack([curve, padded[-2:-1]])


def mirrored(right) -> np.ndarray:
    """Complete the right half of an outline, given from top to bottom, to a closed one."""
    right = np.asarray(right, float)
    left = right[::-1] * (-1, 1)
    return np.vstack([right, left[1:] if right[-1, 0] == 0 else left])


def circle(x, y, radius, flat=1.0):
    angles = np.arange(10) * math.pi / 5
    return smooth(np.stack([x + radius * np.cos(angles), y + radius * flat * np.sin(angles)], 1))


def moved(points, x: float, y: float) -> np.ndarray:
    return np.asarray(points) + np.array([x, y])


def mix(a, b, share: float) -> Colour:
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b, strict=True))


def shade(colour, amount: float) -> Colour:
    """Darken towards a warm shadow (below 0) or lighten."""
    return mix(colour, (255, 250, 240) if amount > 0 else (52, 22, 38), abs(amount))


def _around(boxes) -> tuple[int, ...]:
    """The box around all boxes, or an empty one."""
    sides = list(zip(*(box for box in boxes if box), strict=True)) or [(1,), (1,), (0,), (0,)]
    return (*map(min, sides[:2]), *map(max, sides[2:]))


class Canvas:
    """A picture with its own coordinates: origin, scale and rotation of the head; y points down.

    Soft shapes are collected small, and laid over the picture together before the next sharp one.
    """

    def __init__(self, size: tuple[int, int], factor: int, background: Image.Image):
        self.factor = factor
        self.width, self.height = size[0] * factor, size[1] * factor
        self.coarse = max(2, min(self.width, self.height) // 96)
        self.image = background.resize((self.width, self.height), Image.BICUBIC)
        self.pen = ImageDraw.Draw(self.image)
        self.veils: list[tuple[Image.Image, Colour, float, Image.Image | None]] = []

    def place(self, x: float, y: float, scale: float, angle: float) -> None:
        self.unit = min(self.width, self.height) * scale
        self.origin = np.array([self.width * x, self.height * y])
        self.turned = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])

    def at(self, points) -> np.ndarray:
        return np.asarray(points, float) @ self.turned * self.unit + self.origin

    def fill(self, points, colour: Colour) -> None:
        self._lay_veils()
        self.pen.polygon(self.at(points).ravel().tolist(), fill=colour)

    def stroke(self, points, width: float, colour: Colour, taper: float = 0.5, start: float = 0.0) -> None:
        """Draw an open curve, thickest at `taper` of its length; `start` is the first end's share of that."""
        curve = smooth(points, closed=False)
        along = np.empty_like(curve)
        along[1:-1], along[0], along[-1] = curve[2:] - curve[:-2], curve[1] - curve[0], curve[-1] - curve[-2]
        across = along[:, ::-1] * (-1, 1) / (np.sqrt((along**2).sum(1, keepdims=True)) + 1e-9)
        t = np.arange(len(curve)) / (len(curve) - 1)
        profile = np.minimum(start + (1 - start) * t / taper, (1 - t) / (1.0001 - taper))
        half = across * (np.sqrt(np.maximum(profile, 0)) * width / 2)[:, None]
        self.fill(np.vstack([curve + half, (curve - half)[::-1]]), colour)

    def dot(self, x: float, y: float, radius: float, colour: Colour) -> None:
        self._lay_veils()
        (cx, cy), r = self.at([(x, y)])[0], radius * self.unit
        self.pen.ellipse((cx - r, cy - r, cx + r, cy + r), fill=colour)

    def shape(self, points) -> Image.Image:
        """A mask in full size, to keep soft shapes inside."""
        mask = Image.new("L", (self.width, self.height))
        ImageDraw.Draw(mask).polygon(self.at(points).ravel().tolist(), fill=255)
        return mask

    def soft(
        self, points, colour: Colour, alpha: float, blur: float, inside: Image.Image | None = None, *, around=False
    ) -> None:
        """Lay a blurred shape (or all but that) over the picture, kept inside a mask."""
        if alpha <= 0.01:
            return
        size = self.width // self.coarse, self.height // self.coarse
        mask = Image.new("L", size, 255 if around else 0)
        points = (self.at(points) / self.coarse).ravel().tolist()
        ImageDraw.Draw(mask).polygon(points, fill=0 if around else 255)
        mask = mask.filter(ImageFilter.GaussianBlur(float(blur * self.unit / self.coarse)))
        self.veils.append((mask, colour, min(alpha, 1.0), inside))

    def _lay_veils(self) -> None:
        for inside, group in itertools.groupby(self.veils, key=lambda veil: veil[3]):
            self._lay([veil[:3] for veil in group], inside)
        self.veils.clear()

    def _lay(self, veils, inside) -> None:
        """Merge veils at their small size, and paste them at once."""
        box = _around([mask.getbbox() for mask, _, _ in veils])
        if inside:
            low, high = inside.getbbox()[:2], inside.getbbox()[2:]
            box = (*(max(a, b // self.coarse) for a, b in zip(box[:2], low, strict=True)),
                   *(min(a, b // self.coarse + 1) for a, b in zip(box[2:], high, strict=True)))  # fmt: skip
        if box[0] >= box[2] or box[1] >= box[3]:
            return
        colours, cover = 0.0, 0.0
        for mask, colour, alpha in veils:
            share = np.asarray(mask.crop(box), np.float32)[..., None] * (alpha / 255)
            colours = colours + (np.array(colour, np.float32) - colours) * share
            cover = cover + (1 - cover) * share
        colours = np.where(cover > 0.01, colours / np.maximum(cover, 0.01), np.array(veils[-1][1], np.float32))
        area = tuple(side * self.coarse for side in box)
        size = area[2] - area[0], area[3] - area[1]
        layer = Image.fromarray(colours.astype(np.uint8)).resize(size, Image.BILINEAR)
        mask = Image.fromarray((cover[..., 0] * 255).astype(np.uint8)).resize(size, Image.BILINEAR)
        self.image.paste(layer, area, ImageChops.multiply(mask, inside.crop(area)) if inside else mask)

    def window(self, points) -> Window:
        self._lay_veils()
        return Window(self, points)

    def finished(self) -> Image.Image:
        self._lay_veils()
        return self.image.reduce(self.factor) if self.factor > 1 else self.image


class Window:
    """What is drawn here is seen only through an opening: an eye, a mouth."""

    def __init__(self, canvas: Canvas, opening):
        self.canvas = canvas
        edge = canvas.at(opening)
        low, high = np.floor(edge.min(0)).astype(int) - 1, np.ceil(edge.max(0)).astype(int) + 2
        self.corner, self.size = low, tuple(int(x) for x in np.maximum(high - low, 1))
        self.mask = Image.new("L", self.size)
        ImageDraw.Draw(self.mask).polygon((edge - low).ravel().tolist(), fill=255)
        self.tile = Image.new("RGB", self.size)
        self.pen = ImageDraw.Draw(self.tile)

    def fill(self, points, colour: Colour) -> None:
        self.pen.polygon((self.canvas.at(points) - self.corner).ravel().tolist(), fill=colour)

    def everything(self, colour: Colour) -> None:
        self.pen.rectangle((0, 0, *self.size), fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        (cx, cy), r = self.canvas.at([(x, y)])[0] - self.corner, radius * self.canvas.unit
        self.pen.ellipse((cx - r, cy - r, cx + r, cy + r), fill=colour)

    def show(self) -> None:
        self.canvas.image.paste(self.tile, tuple(int(x) for x in self.corner), self.mask)
