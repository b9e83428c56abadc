"""Benchmarks: of operations with pytest, of quality with `python -m bench.quality`."""
