"""Ratings of cells: their files, their CSV, and a rater's session."""
