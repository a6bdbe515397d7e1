"""A study: its data types, pasted lists, and JSON."""
