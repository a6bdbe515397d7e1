"""What the stand-in draws: faces whose expressions and characters can be read back from the picture."""
