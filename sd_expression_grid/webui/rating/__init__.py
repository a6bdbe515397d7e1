"""The tab in which studies are rated."""
