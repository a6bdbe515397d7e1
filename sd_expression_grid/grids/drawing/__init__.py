"""Draws grids: geometry, lettering, and the pictures that they are made of. Knows nothing of studies."""
