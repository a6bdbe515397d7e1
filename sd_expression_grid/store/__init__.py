"""A study's folder on disk: cells, record, resuming."""
