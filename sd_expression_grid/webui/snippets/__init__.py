"""Pieces of HTML for the panel and the tab."""
