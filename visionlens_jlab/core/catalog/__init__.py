"""The engine of a dataset: its DuckDB file, its one writer, and what jobs bring to it."""
