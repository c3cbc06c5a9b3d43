"""Asks questions of the model: many runs, paired comparisons."""
