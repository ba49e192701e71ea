"""The table of built-in fields and what is made from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from visionlens_jlab.core.capability import resolve
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.fields import columns, documentation
from visionlens_jlab.core.fields.builtin import builtin_fields, measures, reserved

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("module", "file"),
    [(columns, "src/core/filters/text/columns.json"), (documentation, "docs/fields.md")],
)
def test_what_is_made_from_the_table_is_up_to_date(module, file):
    assert (ROOT / file).read_text() == module.document(), (
        f"run: python -m {module.__name__} > {file}"
    )


def test_each_field_says_what_it_is():
    for field in builtin_fields():
        assert field.description.endswith("."), field
        assert bool(field.origin) != bool(field.no_slice), field


def test_what_measures_is_there():
    assert [field.name for field in measures()] == ["brightness", "contrast", "sharpness"]
    assert all(callable(resolve(field.measure)) for field in measures())


def test_no_field_of_ones_own_may_have_the_name_of_a_column(street: DatasetStore):
    rows = street.database.transaction(
        lambda cursor: cursor.execute(
            "SELECT lower(column_name) FROM duckdb_columns() "
            "WHERE table_name IN ('sample', 'annotation') "
            "EXCEPT SELECT lower(name) FROM field"
        ).fetchall()
    )
    assert {name for (name,) in rows} <= reserved()
