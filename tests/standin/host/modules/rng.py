"""Noise: one generator per seed, so that a row of a batch gets what it would get alone."""

import numpy as np

from modules import shared


def create_generator(seed):
    return np.random.Generator(np.random.PCG64(int(seed) % 2**64))


def slerp(strength, low, high):
    cosine = float(np.dot(low, high) / (np.linalg.norm(low) * np.linalg.norm(high)))
    if cosine > 0.9995:
        return low * strength + high * (1 - strength)
    omega = np.arccos(cosine)
    return (np.sin((1 - strength) * omega) * low + np.sin(strength * omega) * high) / np.sin(omega)


class ImageRNG:
    def __init__(self, shape, seeds, subseeds=None, subseed_strength=0.0, seed_resize_from_h=0, seed_resize_from_w=0):
        self.shape, self.is_first = tuple(shape), True
        self.seeds, self.subseeds, self.subseed_strength = seeds, subseeds, subseed_strength
        self.generators = list(map(create_generator, seeds))

    def first(self):
        rows = self._draw()
        if self.subseed_strength and self.subseeds is not None:
            others = [create_generator(seed).standard_normal(self.shape) for seed in self.subseeds]
            others += [create_generator(0).standard_normal(self.shape)] * (len(rows) - len(others))
            rows = [slerp(self.subseed_strength, *pair) for pair in zip(rows, others, strict=False)]
        if shared.opts.eta_noise_seed_delta:
            self.generators = [create_generator(seed + shared.opts.eta_noise_seed_delta) for seed in self.seeds]
        return rows

    def next(self):
        rows = self.first() if self.is_first else self._draw()
        self.is_first = False
        return np.stack(rows).astype(np.float32)

    def _draw(self):
        return [generator.standard_normal(self.shape) for generator in self.generators]
