"""From a study to cells and batches, and what is checked and told before the first step."""
