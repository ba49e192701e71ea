from __future__ import annotations

import re
from pathlib import Path

import visionlens_jlab
from visionlens_jlab.formats.issues import ISSUES, document


def test_the_table_lists_exactly_the_codes_in_use():
    package = Path(visionlens_jlab.__file__).parent
    folders = ("formats", "ingestion", "evaluation/job")
    sources = [path for folder in folders for path in package.glob(f"{folder}/**/*.py")]
    text = "\n".join(path.read_text() for path in sources if path.name != "issues.py")
    assert {code for code in ISSUES if f'"{code}"' not in text} == set()
    used = set(re.findall(r'(?:Issue|note|_note)\(\s*"([A-Z_]+)"', text))
    assert used
    assert used <= set(ISSUES)


def test_the_page_of_codes_is_current():
    page = Path(visionlens_jlab.__file__).parents[1] / "docs" / "report-codes.md"
    assert page.read_text("utf-8") == document(), (
        "run: python -m visionlens_jlab.formats.issues > docs/report-codes.md"
    )
