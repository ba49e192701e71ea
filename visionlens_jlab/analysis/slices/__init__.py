"""Slice discovery: where a model fails more, found by statistics. Arrays in, findings out.

`discovery.analyse` takes a `SliceInput`; numpy and pyarrow alone. docs/analysis.md explains it.
"""
