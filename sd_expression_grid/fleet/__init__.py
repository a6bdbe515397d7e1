"""One study over several WebUIs: what the command asks of them, how the work is divided, handed out and kept."""
