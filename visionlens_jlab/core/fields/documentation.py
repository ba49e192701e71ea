"""The page `docs/fields.md`, from the table of fields.

`python -m visionlens_jlab.core.fields.documentation > docs/fields.md` writes it.
"""

from __future__ import annotations

import sys

from visionlens_jlab.core.fields.builtin import builtin_fields

HEAD = """# Fields

What every dataset has, whatever it was read from. Predicates, sorts, facets, tables, SQL and
analyses know these names; your own fields (`ds.set_field`) come beside them. A bare name means the
field of samples where both levels have one: `annotation.tag` is the other.

A field is a column of tables always, or (`asked`) where it is named.

"""


def document() -> str:
    """The whole page."""
    rows = [("Field", "Of", "Type", "Meaning", "Unit", "Tables")]
    rows += [
        (
            f"`{field.name}`",
            field.level,
            field.type,
            field.description,
            field.unit,
            field.shown,
        )
        for field in builtin_fields()
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, tuple("-" * width for width in widths))  # type: ignore[arg-type]
    lines = (
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return HEAD + "".join(f"| {line} |\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(document())
