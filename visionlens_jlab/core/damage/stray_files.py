"""Files of capabilities that no row names, as kills leave them."""

from __future__ import annotations

from pathlib import Path

import duckdb

from visionlens_jlab.core.damage.stored_files import stored_files


def present(dataset: Path) -> set[str]:
    """The files that rows should name, below the dataset's folder."""
    return {
        path.relative_to(dataset).as_posix()
        for kind in stored_files()
        for folder in kind.folders
        for path in (dataset / folder).rglob("*")
        if path.is_file()
    }


def named(cursor: duckdb.DuckDBPyConnection) -> set[str]:
    """Those that rows name."""
    return {file for kind in stored_files() for file in kind.named(cursor) if file is not None}
