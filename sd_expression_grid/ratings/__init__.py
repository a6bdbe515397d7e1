"""Judgements of cells, and the rounds in which they are given."""
