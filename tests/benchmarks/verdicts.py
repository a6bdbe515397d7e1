"""How many rows are decided, and how many of these wrongly, by verdicts and by estimates, on studies of known truth.

    python -m tests.benchmarks.verdicts [STUDIES]

The numbers stand in docs/statistics.md.
"""

import sys

import numpy as np

from sd_expression_grid.report.expressions import rank_expressions
from sd_expression_grid.report.matrix import matrix_of
from sd_expression_grid.report.subjects import subjects_of
from sd_expression_grid.report.types import Thresholds
from tests.simulated import WORLDS, simulated

LEVELS = (0.8, 0.85, 0.9, 0.95)
SEEDS = ((4, 4), (8, 4), (16, 4))


def decisions(truth):
    """For every row and way: what it says (None for undecided), the truth, and whether both intervals hold it."""
    matrix = matrix_of(truth.table, Thresholds())
    for result in rank_expressions(matrix, subjects_of(matrix)):
        row = int(result.label[4:])
        true, chances = truth.verdicts[row], (truth.reference[row], truth.characters[row])
        name = result.verdict.name
        intervals = result.reference.interval, result.rates["both"].interval
        yield "verdict", name if name != "undecided" else None, true, holds(intervals, chances)
        likeliest = result.estimate.likeliest
        intervals = result.estimate.reference, result.estimate.characters
        for level in LEVELS:
            is_decided = result.estimate.probabilities[likeliest] >= level
            yield f"estimate {level:.0%}", likeliest if is_decided else None, true, holds(intervals, chances)


def holds(intervals, chances):
    return [low <= chance <= high for (low, high), chance in zip(intervals, chances, strict=True)]


def summary(found):
    """Of each way: the shares of decided rows, of wrong ones among these, and of intervals that hold the truth."""
    for way in dict.fromkeys(each[0] for each in found):
        lines = [each for each in found if each[0] == way]
        decided = [each for each in lines if each[1]]
        wrong = sum(each[1] != each[2] for each in decided)
        yield (
            way,
            len(decided) / len(lines),
            wrong / max(1, len(decided)),
            *np.mean([each[3] for each in lines], axis=0),
        )


def main(studies=200):
    print("| world | seeds | by | decided | wrong of these | reference held | characters held |")
    print("|---|---|---|---|---|---|---|")
    for title, world in WORLDS.items():
        for reference_seeds, seeds in SEEDS:
            random = np.random.default_rng(5)
            made = [simulated(random, world, reference_seeds=reference_seeds, seeds=seeds) for _ in range(studies)]
            found = [each for truth in made for each in decisions(truth)]
            for way, *shares in summary(found):
                numbers = " | ".join(f"{share:.1%}" for share in shares)
                print(f"| {title} | {reference_seeds} and {seeds} | {way} | {numbers} |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
