"""A report as HTML, CSV, charts and sentences."""
