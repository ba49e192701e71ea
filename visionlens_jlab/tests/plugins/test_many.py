"""Fifty packages that announce plugins: a server that starts has nothing to do with them."""

from __future__ import annotations

from pathlib import Path

from visionlens_jlab.tests.notebook.servers import server
from visionlens_jlab.tests.plugins.test_installed import GOOD, package

API = "visionlens/api/v1"
WATCH = """
import os, sys, threading
def told(event, given):
    name = str(given[0]) if event in ("open", "import") else ""
    if "pack_" in name and "dist-info" not in name:
        with os.fdopen(os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT), "w") as log:
            log.write(f"{{event}} {{given[0]}} {{threading.current_thread().name}}\\n")
sys.addaudithook(told)
"""


def test_none_is_imported_or_read_at_start_up_and_none_on_the_loop(tmp_path: Path):
    packages, log = tmp_path / "packages", tmp_path / "log"
    for number in range(50):
        manifest = {**GOOD, "name": f"plugin-{number}"}
        module = f"MANIFEST = {manifest!r}\nraise RuntimeError('imported')"
        package(packages, f"pack_{number}", module, f"pack_{number}.plugin:MANIFEST")
    (packages / "sitecustomize.py").write_text(WATCH.format(log=str(log)))
    with server(tmp_path, packages) as running:
        assert running.request("GET", f"{API}/about").json()["version"]
        running.request("GET", f"{API}/datasets")
        assert not log.exists(), log.read_text()
        listed = running.request("GET", f"{API}/plugins").json()["plugins"]
        assert [one["state"] for one in listed] == ["on"] * 50
        seen = log.read_text().splitlines()
    assert {line.split()[0] for line in seen} == {"open"}
    assert len({line.split()[1] for line in seen}) == 50
    assert not any(line.endswith("MainThread") for line in seen)
