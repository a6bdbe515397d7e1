"""Studies of rows whose verdicts are known: chances are set, cells and raters are drawn from them.

The chance of the reference in a row follows its ease; a character's lies below it by a gap of the row, and by what the
character and the two together make of it. All are logits.
"""

from dataclasses import dataclass

import numpy as np

from sd_expression_grid.ratings.ratings_table import RatingsTable
from tests.unit.rated import REFERENCE, chance, columns, rating

ROWS, CHARACTERS = 17, 10
GRID = np.linspace(-4, 4, 81)
WEIGHTS = np.exp(-(GRID**2) / 2) / np.exp(-(GRID**2) / 2).sum()


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How much things differ, as standard deviations of logits; without ``ease``, rows are in three clumps."""

    ease: float | None = 1.6
    gap: float = 0.8
    characters: float = 0.8
    together: float = 0.5
    seeds: float = 0.0


WORLDS = {
    "as assumed": World(),
    "one gap for all rows": World(gap=0.0, together=0.0),
    "rows in three clumps": World(ease=None),
    "seeds differ, too": World(seeds=0.7),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """A table, and for every row the true chances of the reference, and of characters on average."""

    table: RatingsTable
    reference: np.ndarray
    characters: np.ndarray

    @property
    def verdicts(self):
        """What would be said with endless ratings."""
        hard = np.where(self.reference < 0.5, "hard candidate", "easy candidate")
        return np.where(self.characters > 0.5, "no LoRA needed", hard)


def simulated(random, world, *, reference_seeds=4, seeds=4):
    """A study with so many seeds of the reference column, and of the characters."""
    ease = random.normal(0.5, world.ease or 0.3, ROWS)
    if world.ease is None:
        ease += random.choice([-3, -0.2, 2], ROWS)
    means = ease + random.normal(-1.2, world.gap, ROWS)
    logits = means + random.normal(0, world.characters, (CHARACTERS, 1))
    logits = logits + random.normal(0, world.together, (CHARACTERS, ROWS))
    effects = random.normal(0, world.seeds, max(seeds, reference_seeds))
    spread = np.sqrt(world.characters**2 + world.together**2 + world.seeds**2)
    return Truth(
        table=_table(
            random, chance(ease[:, None] + effects[:reference_seeds]), chance(logits[..., None] + effects[:seeds])
        ),
        reference=chance(ease[:, None] + world.seeds * GRID) @ WEIGHTS,
        characters=chance(means[:, None] + spread * GRID) @ WEIGHTS,
    )


def _table(random, reference, characters):
    people = columns(*(f"c{n}" for n in range(CHARACTERS)))
    drawn = {
        REFERENCE.label: reference,
        **{person.label: rows for person, rows in zip(people, characters, strict=True)},
    }
    return RatingsTable(
        rows=tuple(f"row {n}" for n in range(ROWS)),
        columns=(REFERENCE, *people),
        seeds=tuple(range(reference.shape[1])),
        ratings=tuple(
            rating(f"row {row}", label, seed, "yy" if random.random() < chances[row][seed] else "ny")
            for label, chances in drawn.items()
            for row in range(ROWS)
            for seed in range(chances.shape[1])
        ),
    )
