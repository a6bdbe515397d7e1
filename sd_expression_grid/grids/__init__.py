"""From a study's cells to annotated grids."""
