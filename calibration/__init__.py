"""Holds the model against the articles."""
