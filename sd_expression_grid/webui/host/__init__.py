"""What the WebUI is: its options, networks, prompts and loaded model."""
