"""The API page and the tour say what the code does."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[3]


def test_the_api_page_is_up_to_date() -> None:
    script = ROOT / "docs" / "build_api.py"
    if not script.exists():
        pytest.skip("only in a checkout")
    spec = importlib.util.spec_from_file_location("build_api", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (ROOT / "docs" / "notebook.md").read_text()
    assert module.page() == written, "run: python docs/build_api.py"
    for name in ("vl.ingest(", "Dataset.set_field(", "View.where(", "Lens.on_selection("):
        assert name in written


def test_the_tour_is_a_clean_notebook() -> None:
    tour = ROOT / "examples" / "tour.ipynb"
    if not tour.exists():
        pytest.skip("only in a checkout")
    notebook = nbformat.read(tour, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    for cell in code:
        compile(cell.source, "tour.ipynb", "exec")
    assert 'vl.open("demo")' in code[0].source
