"""The engine: the only place that knows about rows, compilation and caches."""
