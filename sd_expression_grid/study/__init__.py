"""What a study is, and how it is read from pasted lists and from JSON."""
