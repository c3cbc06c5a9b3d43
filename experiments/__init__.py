"""Asks questions of the model: sweeps, paired comparisons, what they are made of, what they hang on, what to do."""
