"""From a study to cells and batches; checks and a forecast before the first step."""
