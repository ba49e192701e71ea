"""What the pages show runs, from top to bottom, on what `visionlens demo` makes."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from traitlets import TraitError

from visionlens_jlab import cli
from visionlens_jlab.attributes import job as attributes_job
from visionlens_jlab.embeddings.models import registry
from visionlens_jlab.tests import documents
from visionlens_jlab.tests.agents.simulated_eyes import Eyes

pytestmark = [
    pytest.mark.skipif(
        not (documents.ROOT / "docs").exists(), reason="the documentation is in a checkout only"
    ),
    # The first page waits for the demonstration, with whatever else has the cores meanwhile.
    pytest.mark.timeout(900),
]

NOT_RUN = [("docs/guide/search.md", "a model that reads texts")]
"""Blocks that need what nobody has without a download or a key: page, and what it is."""


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which a stranger said `visionlens demo`, with the data beside it."""
    home = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        _as_stranger(home, patch)
        assert cli.main(shlex.split(documents.DEMO)[1:]) == cli.DONE
    yield home


@pytest.fixture
def stranger(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of it for one page; models that answer by rule stand in for those of others."""
    home = tmp_path / "home"
    shutil.copytree(demo, home, copy_function=_linked)
    _as_stranger(home, monkeypatch)
    monkeypatch.setenv("VISIONLENS_AGENT_MODEL", "test")
    monkeypatch.setattr(attributes_job, "make", lambda *_, **__: Eyes(_first_answer))


@pytest.mark.parametrize("page", documents.pages())
def test_a_page_runs_from_top_to_bottom(page: str, stranger: None) -> None:
    documents.run(page)


def test_what_is_not_run_is_known() -> None:
    assert [
        (block.page, block.needs)
        for page in documents.pages()
        for block in documents.blocks(page)
        if block.needs is not None
    ] == NOT_RUN


def test_extras_that_are_named_exist() -> None:
    for pattern in documents.PAGES:
        for page in documents.ROOT.glob(pattern):
            for named in re.findall(r"(?:visionlens-jlab|\"\.)\[([\w,]+)\]", page.read_text()):
                assert set(named.split(",")) <= documents.extras(), f"{page}: [{named}]"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "c.VisionLens.agent_modle = 'openai:m'"),
        ("python", "c.VisionLens.mcp = 'perhaps'"),
        ("python", "c.VisionLens.mcp = True\nc.VisonLens.mcp = True"),
        ("sh", "pip install 'visionlens-jlab[umpa]'"),
        ("sh", "make dmeo"),
        ("bash", "jupyter lob"),
        ("bash", "python -m visonlens"),
        ("sh", "curl -O https://example.org/x"),
        ("", "ds.show()"),
    ],
)
def test_blocks_that_cannot_run_are_noticed(language: str, text: str) -> None:
    with pytest.raises((AssertionError, TraitError)):
        documents.run_block(documents.Block("page.md", 1, language, text), {})


def _as_stranger(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Work in a folder, without a server and without weights."""
    patch.chdir(home)
    patch.setenv("VISIONLENS_DATA_DIR", str(home / "data"))
    patch.delenv("VISIONLENS_SERVER", raising=False)
    patch.setattr(registry, "_missing", lambda _kind: ["torch"])


def _linked(source: str, target: str) -> Any:
    """Pictures are only read; a database is written to."""
    if source.endswith(".jpg"):
        return os.link(source, target)
    return shutil.copy2(source, target)


def _first_answer(_picture: Any, prompt: str) -> str:
    """The first of the options that a question lists, else yes."""
    option = re.search(r"^A\. (.+)$", prompt, re.MULTILINE)
    return option[1] if option else "yes"
