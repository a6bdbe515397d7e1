"""The only rooms that know the WebUI: its modules, gradio and torch."""
