"""Parts of reports made by hand, for tests of what a report says of numbers, however they came about."""

from dataclasses import replace

from sd_expression_grid.ratings.ratings_table import Column
from sd_expression_grid.report.report import report_on
from sd_expression_grid.report.statistics.intervals import Interval
from sd_expression_grid.report.types import (
    AlikeRows,
    CharacterResult,
    Comparison,
    ExpressionResult,
    GroupResult,
    Rate,
    Verdict,
)
from tests.unit.rated import REFERENCE, columns, table

PLAIN = report_on(table([REFERENCE, *columns("a")], {"sad": "y,y,y,y yy,yy,yy,yy"}))
"""Of four rated seeds, the number from which on nothing is provisional."""


def report(**parts):
    return replace(PLAIN, **parts)


def rate(successes, count, partly=0, low=0.25, high=0.75):
    """A share of cells, whose places are 0, 1, …, with an interval of any width."""
    share, interval = (successes / count, Interval(low, high)) if count else (None, None)
    numbers = {"share": share, "interval": interval, "ratings": count, "cells": tuple(range(count))}
    return Rate(**numbers, successes=successes, partly=partly, count=count)


def character(label, successes=1, count=2, p_behind=1.0, *, stiff=False, rates=None, **column):
    flexibility = rate(successes, count)
    return CharacterResult(
        column=Column(label=label, **column),
        flexibility=flexibility,
        rates=rates or dict.fromkeys(("expression", "likeness", "both"), flexibility),
        p_behind=p_behind,
        failed_rows=(),
        fails_nearly_everywhere=stiff,
    )


def expression(label, name="undecided", *, provisional=False):
    verdict = Verdict(name=name, is_provisional=provisional, reason="so") if name else None
    return ExpressionResult(label=label, reference=rate(1, 2), rates={"both": rate(1, 2)}, verdict=verdict)


def comparison(first, second, outcome="too few to tell", **more):
    """6 persons as both, 80% against 30%, unless told."""
    made = {
        "is_paired": True, "units": (6, 6), "means": (0.8, 0.3), "difference": 0.5, "interval": Interval(0.25, 0.75),
        "p": 0.03125, "smallest_p": 0.0625, "cells": (0, 1), "needed": 6, "subject": "kinds", **more,
    }  # fmt: skip
    return Comparison(first=first, second=second, outcome=outcome, **made)


def group(name, mean, *characters, trait="tag"):
    return GroupResult(name=name, trait=trait, characters=characters, mean=mean, cells=())


def alike(first, second):
    return AlikeRows(first=first, second=second, kappa=0.9, same=11, count=12, cells=(0, 1))
