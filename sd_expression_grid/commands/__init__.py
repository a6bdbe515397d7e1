"""The commands of ``python -m sd_expression_grid``, a room each; only here is anything printed."""
