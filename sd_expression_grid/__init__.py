"""Expression grid: sweeps expressions against characters and draws the result as annotated grids."""

__version__ = "0.2.0"

TITLE = "Expression grid"
"""The script's name in the WebUI and its API."""
