"""What people's ratings of a study say: intervals, comparisons, verdicts, and the answers to its four questions."""
