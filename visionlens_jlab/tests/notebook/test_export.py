"""A notebook without a front end: executed and exported by nbconvert."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbconvert.preprocessors import ExecutePreprocessor

from visionlens_jlab.tests.notebook.small_coco import IMAGES


def test_the_exported_page_holds_the_picture(
    coco_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISIONLENS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("VISIONLENS_SERVER", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[3]))
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                "import visionlens_jlab as vl\n"
                f"ds = vl.ingest({str(coco_folder)!r}, name='<b>small</b>')"
            ),
            nbformat.v4.new_code_cell("lens = ds.show()\nlens.select([1, 2])\nlens"),
        ]
    )
    ExecutePreprocessor(timeout=120, kernel_name="python3").preprocess(
        notebook, {"metadata": {"path": str(tmp_path)}}
    )
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert f"{IMAGES} of {IMAGES} samples, 2 selected" in page
    assert re.search(r'src="data:image/webp;base64,[A-Za-z0-9+/=]{200,}"', page)
    assert "<b><b>small</b></b>" not in page
    assert "<b>&lt;b&gt;small&lt;/b&gt;</b>" in page
