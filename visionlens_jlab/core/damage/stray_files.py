"""Files of vectors, projections and evaluations that no row names, as kills leave them."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from visionlens_jlab.embeddings.store.rows import FITTED
from visionlens_jlab.embeddings.vectors.segments import FOLDER as VECTORS
from visionlens_jlab.evaluation.store.rows import FOLDER as EVALUATIONS
from visionlens_jlab.map.store.rows import FOLDER as PROJECTIONS


def present(dataset: Path) -> set[str]:
    """The files of vectors, projections and evaluations, below the dataset's folder."""
    return {
        path.relative_to(dataset).as_posix()
        for folder in (VECTORS, PROJECTIONS, EVALUATIONS)
        for path in (dataset / folder).rglob("*")
        if path.is_file()
    }


def named(cursor: duckdb.DuckDBPyConnection) -> set[str]:
    """Those that rows name."""
    files = cursor.execute(
        "SELECT file FROM vector_segment "
        "UNION ALL SELECT unnest([file, model_file]) FROM projection "
        "UNION ALL SELECT file FROM evaluation"
    ).fetchall()
    settings = cursor.execute("SELECT settings FROM embedding_space").fetchall()
    fitted = [json.loads(text).get(FITTED) for (text,) in settings]
    return {file for file in [*(row[0] for row in files), *fitted] if file is not None}
