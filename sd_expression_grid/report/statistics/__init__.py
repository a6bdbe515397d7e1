"""Intervals, permutation tests, agreement of raters."""
