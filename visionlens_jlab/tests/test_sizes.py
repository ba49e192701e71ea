"""No function, file or folder is longer than a reader takes in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES_OF_FUNCTION, LINES_OF_FILE, FILES_OF_FOLDER = 60, 400, 25
SOURCES = sorted(
    file
    for package in ("visionlens_jlab", "visionlens_demo")
    for file in (ROOT / package).rglob("*.py")
    if Path(__file__).parent not in file.parents and file.name != "_version.py"
)


def _functions(file: Path) -> Iterator[tuple[str, int]]:
    """Yield each function and its lines, those of its documentation left out."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            text = node.body[0] if ast.get_docstring(node) else None
            yield node.name, _lines(node) - (_lines(text) if text else 0)


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_and_its_functions(file: Path) -> None:
    assert not {name: lines for name, lines in _functions(file) if lines > LINES_OF_FUNCTION}
    assert len(file.read_text(encoding="utf-8").splitlines()) <= LINES_OF_FILE


def test_folders() -> None:
    folders = {file.parent for file in SOURCES}
    count = {folder: len(list(folder.glob("*.py"))) for folder in folders}
    assert not {folder for folder, files in count.items() if files > FILES_OF_FOLDER}
