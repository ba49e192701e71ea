"""Pages of the documentation, block by block, and how each kind of block is run."""

from __future__ import annotations

import ast
import importlib.util
import io
import json
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import tomllib
import warnings
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from traitlets.config import Config

import visionlens_jlab as vl
from visionlens_jlab import cli
from visionlens_jlab.options import VisionLens

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "docs/*.md", "docs/guide/*.md", "examples/*.ipynb"]
PYTHON, SHELL, PREDICATES = "python", ("sh", "bash"), "predicates"
INERT = ("text", "json")
FENCE = re.compile(
    r"(?:^ *<!-- needs: (?P<needs>.+?) -->\n+)?"
    r"^(?P<indent> *)```(?P<language>\S*)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
DEMO = "visionlens demo"
"""Is not run: it has made what every page begins with."""


@dataclass(frozen=True)
class Block:
    """One fenced block, or one cell of a notebook.

    Attributes
    ----------
    page : str
        The file, from the root of the project.
    line : int
        Where its text begins, from 1.
    needs : str, optional
        What it cannot run without here, as the page says above it.
    """

    page: str
    line: int
    language: str
    text: str
    needs: str | None = None

    @property
    def place(self) -> str:
        """`page:line`"""
        return f"{self.page}:{self.line}"


def pages() -> list[str]:
    """The pages that have blocks, from the root of the project."""
    found = [path for pattern in PAGES for path in sorted(ROOT.glob(pattern))]
    names = [path.relative_to(ROOT).as_posix() for path in found]
    return [name for name in names if blocks(name)]


def blocks(page: str) -> list[Block]:
    """The blocks of a page from top to bottom."""
    text = (ROOT / page).read_text()
    if page.endswith(".ipynb"):
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
        return [
            Block(page, number, PYTHON, "".join(cell["source"]))
            for number, cell in enumerate(cells, 1)
        ]
    return [
        Block(
            page,
            text.count("\n", 0, found.start("text")) + 1,
            found["language"],
            textwrap.dedent(found["text"]),
            found["needs"],
        )
        for found in FENCE.finditer(text)
    ]


def run(page: str) -> None:
    """Run the blocks of a page in one namespace, in the working directory.

    Raises
    ------
    Exception
        What a block raised, with a note that says where the block stands.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    try:
        for block in blocks(page):
            if block.needs is None:
                try:
                    run_block(block, namespace)
                except Exception as error:
                    error.add_note(f"{block.place}:\n{block.text}")
                    raise
    finally:
        _close(namespace)


def run_block(block: Block, namespace: dict[str, Any]) -> None:
    """Run one block as its language wants; its names stay in `namespace`."""
    if block.language == PYTHON and "c.VisionLens." in block.text:
        configure(block)
    elif block.language == PYTHON:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", "Nothing has")
            execute(block, namespace)
    elif block.language in SHELL:
        for line in block.text.replace("\\\n", " ").splitlines():
            if words := shlex.split(line, comments=True):
                command(words)
    elif block.language == PREDICATES:
        check_predicates(block)
    else:
        assert block.language in INERT, f"{block.place}: ```{block.language} is of no known kind"


def execute(block: Block, namespace: dict[str, Any]) -> None:
    """Run Python as a cell: what its last line gives is shown."""
    source = "\n" * (block.line - 1) + block.text
    tree = ast.parse(source, block.place)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, block.place, "exec"), namespace)
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), block.place, "eval"), namespace)
        assert isinstance(repr(value), str)
        if hasattr(value, "_repr_html_"):
            value._repr_html_()


def check_predicates(block: Block) -> None:
    """Narrow the dataset by each line; what it means stands three spaces or more behind it."""
    with vl.open("demo") as dataset, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Nothing has")
        for line in block.text.splitlines():
            dataset.where(re.split(r" {3,}", line)[0]).count()


def configure(block: Block) -> None:
    """Run settings of a server: each must be one, with a value of its type."""
    c = Config()
    exec(compile(block.text, block.place, "exec"), {"c": c})
    assert set(c) == {"VisionLens"}, f"{block.place} sets something else: {sorted(c)}"
    settings = VisionLens.class_traits(config=True)
    for name in c.VisionLens:
        assert name in settings, f"{block.place}: there is no setting VisionLens.{name}"
    made = VisionLens(config=c)
    for name, value in c.VisionLens.items():
        assert getattr(made, name) == value


def command(words: list[str]) -> None:
    """Run a command of ours; of others see that it is one that there is."""
    words, reader = _piped(words)
    program, *arguments = words
    if program == "visionlens":
        output = "" if shlex.join(words) == DEMO else _visionlens(arguments)
        if reader:
            _read_json(output, reader)
        return
    assert not reader, f"| {reader} after {program}"
    match Path(program).name, arguments:
        case "make", [target]:
            assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE), target
        case "pip", ["install", *named]:
            _check_requirements(named)
        case "jupyter", [subcommand, *options]:
            beside = Path(sys.executable).parent
            assert shutil.which(f"jupyter-{subcommand}", path=str(beside)), subcommand
            assert all(option.startswith("-") for option in options)
        case "python", ["-m", module, *rest] if module.startswith("visionlens_jlab"):
            subprocess.run([sys.executable, "-m", module, *rest], check=True, capture_output=True)
        case "python", ["-m", module, *_]:
            assert importlib.util.find_spec(module), module
        case _:
            raise AssertionError(f"No way to check: {shlex.join(words)}")


def _piped(words: list[str]) -> tuple[list[str], list[str]]:
    """A command and the one that reads what it prints."""
    if "|" not in words:
        return words, []
    at = words.index("|")
    return words[:at], words[at + 1 :]


def _visionlens(arguments: list[str]) -> str:
    printed = io.StringIO()
    with redirect_stdout(printed):
        status = cli.main(arguments)
    assert status == cli.DONE, f"visionlens {shlex.join(arguments)}: {status}"
    return printed.getvalue()


def _read_json(text: str, reader: list[str]) -> None:
    """What `jq .a.b` does."""
    program, path = reader
    assert program == "jq"
    value = json.loads(text)
    for key in path.strip(".").split("."):
        value = value[key]


def _check_requirements(words: list[str]) -> None:
    """Arguments of `pip install`."""
    named = iter(words)
    for word in named:
        if word == "--index-url":
            assert next(named).startswith("https://")
            continue
        requirement = Requirement(word)
        if canonicalize_name(requirement.name) == "visionlens-jlab":
            assert requirement.extras <= extras(), f"{word}: extras are {sorted(extras())}"


def extras() -> set[str]:
    """The extras of the package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return set(project["optional-dependencies"])


def _close(namespace: dict[str, Any]) -> None:
    """Close the datasets that a page opened."""
    for value in namespace.values():
        if isinstance(value, vl.Dataset):
            value.close()
