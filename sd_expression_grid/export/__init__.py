"""From a finished study to a character's faces, as files that other programs use."""
