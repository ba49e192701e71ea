"""Writes docs/notebook.md from the docstrings: `python docs/build_api.py`."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import FunctionType
from typing import Any

import visionlens_jlab as vl
from visionlens_jlab.core.notebook.report import Report

PAGE = Path(__file__).with_name("notebook.md")

INTRODUCTION = """\
# Notebook API

<!-- Written by docs/build_api.py from the docstrings. -->

```python
import visionlens_jlab as vl

ds = vl.open("demo")
lens = ds.show()
lens.selection.to_pandas()
```

Every error that you can act on is a `vl.VisionLensError` with `code`, `message`, `hint` and
`details`. A _level_ is `"samples"` (images) or `"annotations"` (boxes and other labels).
DataFrames have the ids as their index, so a column or a mask computed from a part of them still
says whose values it holds. Guide: [Work from the notebook](guide/notebook.md).
"""

FUNCTIONS = (vl.ingest, vl.open, vl.list_datasets, vl.delete)
CLASSES = (
    vl.Dataset,
    vl.View,
    vl.Selection,
    vl.Evaluation,
    vl.ComparedRuns,
    vl.Finding,
    vl.Analysis,
    vl.Answer,
    vl.Lens,
    Report,
)
SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)
ENTRY = re.compile(r"^(\S.*)\n((?:    .*\n|\n)*)", re.MULTILINE)


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION, "## Functions\n"]
    for function in FUNCTIONS:
        parts.append(entry(f"vl.{function.__name__}", function))
    for kind in CLASSES:
        parts.append(f"## {kind.__name__}\n\n{markdown(doc(kind))}")
        parts += [entry(name, member) for name, member in members(kind)]
    return "\n".join(parts)


def members(kind: type) -> Iterator[tuple[str, Any]]:
    """Public properties and methods of the class and those it is made of, as written."""
    found = {name: member for base in kind.__mro__[-2::-1] for name, member in vars(base).items()}
    for name, member in found.items():
        if name.startswith("_") or isinstance(member, classmethod):
            continue
        read = inspect.isdatadescriptor(member) or isinstance(member, cached_property)
        if read or isinstance(member, FunctionType):
            yield f"{kind.__name__}.{name}", member


def entry(name: str, member: Any) -> str:
    """One heading, its signature and its text."""
    if not isinstance(member, FunctionType):
        return f"### {name}\n\n{markdown(doc(member))}"
    parameters = [
        p.replace(annotation=p.empty)
        for p in inspect.signature(member).parameters.values()
        if p.name != "self"
    ]
    signature = str(inspect.Signature(parameters))
    return f"### {name}\n\n```text\n{name}{signature}\n```\n\n{markdown(doc(member))}"


def doc(member: Any) -> str:
    """The docstring, which must be there."""
    text = inspect.getdoc(member)
    if not text:
        raise SystemExit(f"{member} has no docstring.")
    return text


def markdown(text: str) -> str:
    """A numpydoc docstring as Markdown: its sections become lists."""
    summary, *sections = SECTION.split(text)
    parts = [summary.strip()]
    for title, body in zip(sections[::2], sections[1::2], strict=True):
        parts.append(f"**{title}**\n\n" + "\n".join(items(body)))
    return "\n\n".join(parts) + "\n"


def items(body: str) -> Iterator[str]:
    """The entries of one section as list items."""
    for head, rest in ENTRY.findall(body.rstrip() + "\n"):
        name, _, kind = head.partition(" : ")
        described = " ".join(rest.split())
        label = f"`{name}`" + (f" ({kind})" if kind else "")
        yield f"- {label}: {described}" if described else f"- {head}"


if __name__ == "__main__":
    PAGE.write_text(page())
    sys.stdout.write(f"{PAGE}\n")
