"""One study over several WebUIs: the requests to them, and how the work is divided, scheduled and saved."""
