"""A logistic model of a whole study: rows and characters have effects, so that each row learns from all the others.

The chance of a *yes* has the logit ``base + row`` in the reference column. In a character's it has ``base + row + gap +
the row's gap + character + row and character``. All effects but ``base`` and ``gap`` are normal, with variances that
are estimated from the study: empirical Bayes, by EM with Laplace's approximation (Gelman and Hill 2007, chapter 14).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_ROUNDS, _STEPS = 40, 3
"""Of EM, and of Newton's method in each of its rounds."""
_PRIOR_COUNT = 2.0
"""Variances are estimated as if there were so many more effects of variance 1, so that none becomes zero."""
_FLAT = 6.25
"""The variance of ``base`` and ``gap``: a logit of 2.5 is a chance of 92%."""
_DRAWS = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChances:
    """For every row, draws (draw, row) of the chance of the reference, and of characters like these on average."""

    reference: Floats
    characters: Floats


def row_chances(reference: tuple[Floats, Floats], characters: tuple[Floats, Floats]) -> RowChances:
    """The chances of each row, from successes and cells: of the reference (row), of characters (row, character).

    Rows and characters that have no cell are as uncertain as the others' spread makes them.
    """
    rows, columns = characters[0].shape
    design, groups = _design(rows, columns)
    products = _Products(design)
    wins = np.concatenate([reference[0], characters[0].ravel()])
    cells = np.concatenate([reference[1], characters[1].ravel()])
    is_own = np.arange(len(wins)) >= rows  # has an effect of row and character together
    effects, own, covariance = np.zeros(design.shape[1]), np.zeros(len(wins)), np.eye(design.shape[1])
    variances, own_variance = np.ones(3), 1.0
    for _ in range(_ROUNDS):
        precision = 1 / np.append(variances, _FLAT)[groups]
        for _ in range(_STEPS):
            chance = 1 / (1 + np.exp(-(design @ effects + own)))
            weight, slope = cells * chance * (1 - chance), wins - cells * chance
            # The effects of row and character together are eliminated: each is in one cell alone (Schur complement).
            share = np.where(is_own, weight / (weight + 1 / own_variance), 0.0)
            hessian = products.weighted(weight * (1 - share)) + np.diag(precision)
            covariance = _inverse(hessian, columns)
            pull = np.where(is_own, slope - own / own_variance, 0.0)
            step = covariance @ (design.T @ (slope - share * pull) - precision * effects)
            own = own + np.where(is_own, (pull - weight * (design @ step)) / (weight + 1 / own_variance), 0.0)
            effects = effects + step
        squares = effects**2 + np.diag(covariance)
        variances = np.array([_variance(squares[groups == group]) for group in range(3)])
        spread = products.spread(covariance)
        own_squares = own**2 + own_variance * (1 - share) + share**2 * spread
        own_variance = _variance(own_squares[is_own])
    return _drawn(effects, covariance, rows, float(variances[2]) + own_variance)


class _Products:
    """Products of a design matrix of zeros and ones, reckoned from the few ones: a study has thousands of cells."""

    def __init__(self, design: Floats) -> None:
        self._size = design.shape[1] + 1  # with an effect of nothing, for cells that have fewer effects than others
        counts = design.sum(axis=1).astype(int)
        ones = np.full((len(design), counts.max()), design.shape[1])
        ones[np.arange(counts.max()) < counts[:, None]] = np.nonzero(design)[1]
        self._pairs = (ones[:, :, None] * self._size + ones[:, None, :]).reshape(len(design), -1)

    def weighted(self, weights: Floats) -> Floats:
        """``design.T @ diag(weights) @ design``."""
        repeated = np.repeat(weights, self._pairs.shape[1])
        sums: Floats = np.bincount(self._pairs.ravel(), repeated, self._size**2).astype(float)
        return sums.reshape(self._size, self._size)[:-1, :-1]

    def spread(self, covariance: Floats) -> Floats:
        """The diagonal of ``design @ covariance @ design.T``."""
        spread: Floats = np.pad(covariance, (0, 1)).ravel()[self._pairs].sum(axis=1)
        return spread


def _inverse(matrix: Floats, count: int) -> Floats:
    """The inverse of a symmetric matrix whose last ``count`` rows and columns are a diagonal one (Schur complement)."""
    side, diagonal = matrix[:-count, -count:], np.diag(matrix)[-count:]
    shares = side / diagonal
    inner = np.linalg.inv(matrix[:-count, :-count] - shares @ side.T)
    across = -inner @ shares
    return np.block([[inner, across], [across.T, np.diag(1 / diagonal) - shares.T @ across]])


def _variance(squares: Floats) -> float:
    return float((squares.sum() + _PRIOR_COUNT) / (len(squares) + _PRIOR_COUNT))


def _design(rows: int, columns: int) -> tuple[Floats, NDArray[np.int_]]:
    """The design matrix (cell, effect), and each effect's group: rows, their gaps, characters, and the flat two."""
    groups = np.repeat([3, 0, 1, 2], [2, rows, rows, columns])
    row, column = (index.ravel() for index in np.indices((rows, columns)))
    of_reference = np.hstack([np.ones((rows, 1)), np.zeros((rows, 1)), np.eye(rows), np.zeros((rows, rows + columns))])
    of_characters = np.hstack([np.ones((len(row), 2)), np.eye(rows)[row], np.eye(rows)[row], np.eye(columns)[column]])
    return np.vstack([of_reference, of_characters]), groups


def _drawn(effects: Floats, covariance: Floats, rows: int, spread: float) -> RowChances:
    """Chances from draws of the effects. ``spread`` is the variance of characters in a row, over which chances are
    averaged (the logistic-normal mean, by the approximation of Zeger, Liang and Albert 1988).
    """
    kept = 2 + 2 * rows
    # By Cholesky: a decomposition by singular values has signs of its own in every version of its library.
    drawn = np.random.default_rng(0).multivariate_normal(
        effects[:kept], covariance[:kept, :kept], _DRAWS, method="cholesky"
    )
    reference = drawn[:, :1] + drawn[:, 2 : 2 + rows]
    characters = (reference + drawn[:, 1:2] + drawn[:, 2 + rows :]) / np.sqrt(1 + 0.346 * spread)
    return RowChances(reference=1 / (1 + np.exp(-reference)), characters=1 / (1 + np.exp(-characters)))
