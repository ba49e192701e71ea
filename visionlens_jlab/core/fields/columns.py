"""Columns that tables have unasked: DataFrames, SQL, and what the SQL box completes.

`python -m visionlens_jlab.core.fields.columns > src/core/filters/text/columns.json` writes the
names for the front end.
"""

from __future__ import annotations

import json
import sys

from visionlens_jlab.core.fields.builtin import builtin_fields
from visionlens_jlab.core.shapes import Level

_FIRST: dict[Level, str] = {
    "samples": "sample_id filename path uri split width height tags group bytes content_hash "
    "captured_at camera latitude longitude caption",
    "annotations": "annotation_id sample_id source class x y w h confidence area is_crowd "
    "difficult truncated occluded kind tags",
}
"""In this order; others follow as in the table of fields. `uri` and `tags` are no fields."""


def column_names(level: Level) -> list[str]:
    """The names, in the order of a DataFrame's columns."""
    first = _FIRST[level].split()
    fields = [f.name for f in builtin_fields() if f.level == level and f.shown == "always"]
    return [*first, *(name for name in fields if name not in first)]


def document() -> str:
    """The names of both levels as JSON."""
    levels: tuple[Level, ...] = ("samples", "annotations")
    return json.dumps({level: column_names(level) for level in levels}, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
