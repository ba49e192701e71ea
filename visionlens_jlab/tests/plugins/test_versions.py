"""Versions of the API beside each other: 1.1 adds to contexts, 2.0 is another one."""

from __future__ import annotations

import os

import pytest

from visionlens_jlab.core.jobs.inline import run_job
from visionlens_jlab.plugins import versions
from visionlens_jlab.plugins.installed import InstalledPlugins
from visionlens_jlab.plugins.shapes import OperatorRequest

LATER = """
from visionlens_jlab.plugins.contexts import CONTEXTS, RunContext
class Context11(RunContext):
    def __init__(self, request, link):
        super().__init__(request, link)
        self.colour = "green"
class Context20:
    def __init__(self, request, link):
        self.version = request["api"]
        self.rows = range(request["count"])
CONTEXTS_11 = {**CONTEXTS, "operator": Context11}
CONTEXTS_20 = {"operator": Context20}
"""
OLD = "def run(*, context, **rest):\n    return f'{context.api} {context.count}'\n"
NEW = "def run(*, context, **rest):\n    return f'{context.api} {context.colour}'\n"
NEXT = "def run(*, context, **rest):\n    return f'{context.version} {len(context.rows)}'\n"


@pytest.fixture
def later(tmp_path, monkeypatch):
    """As if 1.1 and 2.0 were there."""
    folder = tmp_path / "api"
    folder.mkdir()
    (folder / "later_api.py").write_text(LATER)
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    there = {
        **versions.VERSIONS,
        "1.1": "later_api:CONTEXTS_11",
        "2.0": "later_api:CONTEXTS_20",
    }
    monkeypatch.setattr(versions, "VERSIONS", there)
    monkeypatch.setattr("visionlens_jlab.plugins.installed.VERSIONS", there)
    monkeypatch.setattr("visionlens_jlab.plugins.manifest.VERSIONS", there)


@pytest.mark.parametrize(
    ("api", "code", "said"),
    [
        ("==1.0", OLD, "1.0 30"),
        (">=1,<2", OLD, "1.1 30"),
        (">=1.1,<2", NEW, "1.1 green"),
        (">=2,<3", NEXT, "2.0 30"),
    ],
)
def test_each_runs_with_the_newest_that_it_fits(library, store, plugin, later, api, code, said):
    path = plugin("one", code)
    path.write_text(path.read_text().replace(">=1,<2", api))
    request = OperatorRequest(dataset=store.slug, plugin="one", operator="run")
    job = run_job(library, request, on_progress=lambda _: None)
    assert job.result["message"] == said


def test_one_that_fits_none_says_which_there_are(library, plugin, later):
    path = plugin("one", OLD)
    path.write_text(path.read_text().replace(">=1,<2", ">=3"))
    found = InstalledPlugins(library.data_dir).get("one")
    assert found.state == "broken" and "there is 1.0, 1.1, 2.0" in str(found.reason)
