"""An agent-based model of Central Asian integration: states, ties, corridors, a border hub and its firms."""

__version__ = "0.1.0"
