"""What capabilities declare is there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import visionlens_jlab
from visionlens_jlab.capabilities import BUILT_IN
from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.openapi import routes
from visionlens_jlab.core.api.operations import Route
from visionlens_jlab.core.capability import Capability, JobKind, resolve
from visionlens_jlab.core.jobs.kinds import code_of, lane_of, setup_of
from visionlens_jlab.core.registry import capabilities, install, job_kinds


def test_each_capability_declares_itself_under_the_name_of_its_folder():
    assert [capability.name for capability in capabilities()] == list(BUILT_IN)


@pytest.mark.parametrize("kind", job_kinds().values(), ids=lambda kind: kind.name)
def test_what_a_kind_of_job_names_is_there(kind: JobKind):
    assert isinstance(resolve(kind.request), type)
    assert callable(code_of(kind.name))
    assert callable(setup_of(kind.name).create)
    assert lane_of(kind.name) == kind.lane


@pytest.mark.parametrize("capability", capabilities(), ids=lambda capability: capability.name)
def test_the_routes_that_a_capability_declares_are_served(capability: Capability):
    served = {route.path for route in routes()}
    for reference in capability.routes:
        declared = {route.path for route in resolve(reference)}
        assert declared and declared <= served, reference


def test_no_two_routes_have_one_address():
    patterns = [route.pattern for route in routes()]
    assert len(patterns) == len(set(patterns))


def test_a_verb_without_a_declaration_is_not_served():
    class Undeclared(Resource):
        async def get(self) -> None: ...

    with pytest.raises(AttributeError, match="operation"):
        Route("undeclared", Undeclared)


def test_a_capability_of_ones_own_has_its_jobs_run_and_listed_without_a_word_of_it_in_the_core(
    tmp_path,
):
    code = f"""
from pathlib import Path
from visionlens_jlab.core.registry import install
install("visionlens_jlab.tests.jobs.tiny_capability:CAPABILITY")
from visionlens_jlab.tests.jobs.tiny_capability_use import show
show(Path({str(tmp_path)!r}))
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "inline": {"counted": 3, "first": 0},
        "same": True,
        "refused": "REQUEST_INVALID",
        # Newest first: what follows one is queued when that is done.
        "listed": [["count", "done", to] for to in (5, 4, 4, 3)],
        "contract": True,
    }


def test_the_core_imports_no_capability():
    root = Path(visionlens_jlab.__file__).parent
    named = re.compile(rf"^\s*from visionlens_jlab\.({'|'.join(BUILT_IN)})\b", re.M)
    files = [*(root / "core").rglob("*.py")]
    assert len(files) > 100
    assert not [file.name for file in files if named.search(file.read_text())]


def test_it_is_too_late_to_install_one_when_the_kinds_of_jobs_were_asked_for():
    with pytest.raises(RuntimeError, match="before"):
        install("visionlens_jlab.tests.jobs.tiny_capability:CAPABILITY")
    assert "count" not in job_kinds()
