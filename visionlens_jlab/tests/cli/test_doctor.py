"""doctor: what it finds, and that it changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from visionlens_jlab.cli import checks
from visionlens_jlab.cli.checks import Finding
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_inline
from visionlens_jlab.core.jobs.queue import JobQueue, Owner
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.tests.notebook import small_coco


def found(findings: Any) -> dict[str, Finding]:
    return {finding.subject: finding for finding in findings}


def test_every_line_says_what_to_do(run, environ, tmp_path):
    Library(tmp_path / "data").create("good").close()
    environ["JUPYTER_PATH"] = str(tmp_path / "nothing")
    environ["JUPYTER_CONFIG_DIR"] = str(tmp_path / "nothing")
    done = run("doctor", "--json", "--kernel", "no-such-kernel")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["ok"]) == (1, False)
    for finding in answer["findings"]:
        assert finding["level"] == "ok" or finding["advice"] or finding["level"] == "note", finding
    subjects = {finding["subject"]: finding["level"] for finding in answer["findings"]}
    assert subjects["worker kernel no-such-kernel"] == "mend"
    assert subjects["dataset good"] == "ok"
    plain = run("doctor", "--kernel", "no-such-kernel")
    assert "MEND  worker kernel no-such-kernel" in plain.stdout and "      -> " in plain.stdout


def test_settings_of_the_server_that_make_no_sense(run, environ, tmp_path):
    environ["JUPYTER_CONFIG_DIR"] = str(tmp_path / "config")
    (tmp_path / "config").mkdir()
    text = "c.VisionLens.idle_seconds = -3\nc.VisionLens.agent_url = 'nowhere'\n"
    (tmp_path / "config" / "jupyter_server_config.py").write_text(text)
    answer = json.loads(run("doctor", "--json").stdout)
    levels = {finding["subject"]: finding["level"] for finding in answer["findings"]}
    assert levels["setting VisionLens.idle_seconds"] == "mend"
    assert levels["setting VisionLens.agent_url"] == "mend"


def test_the_settings_of_the_server_say_where_datasets_and_images_lie(
    run, environ, tmp_path, tmp_path_factory
):
    far = tmp_path_factory.mktemp("far")
    other = Library(tmp_path / "other")
    for place in (tmp_path / "near", far / "far"):
        request = IngestRequest(source=str(small_coco.write(place)))
        run_inline(other, request, on_progress=lambda _: None)
    other.close()
    shutil.copytree(tmp_path / "other" / "datasets", tmp_path / "set" / "datasets")
    environ["JUPYTER_CONFIG_DIR"] = str(tmp_path / "config")
    (tmp_path / "config").mkdir()
    text = f"c.VisionLens.allowed_roots = [{str(far)!r}]\n"
    text += f"c.VisionLens.data_dir = {str(tmp_path / 'set')!r}\n"
    text += "c.VisionLens.worker_kernel_name = 'no-such-kernel'\n"
    (tmp_path / "config" / "jupyter_server_config.py").write_text(text)
    for more in ((), ("--repair",)):
        answer = json.loads(run("doctor", "--json", *more).stdout)
        said = found(Finding(**one) for one in answer["findings"])
        assert "nobody has chosen that" in said["dataset near, roots source"].message
        assert "dataset far" in said and "dataset far, roots source" not in said
        assert str(far) in said["allowed roots"].message
        assert "allowed_roots of the Jupyter server" in said["allowed roots"].message
        assert said["worker kernel no-such-kernel"].level == "mend"


def test_packages_are_checked_against_what_is_needed(monkeypatch):
    monkeypatch.setattr(checks.metadata, "requires", lambda _: ["numpy>=999", "no-such>=1"])
    monkeypatch.setattr(checks.metadata, "version", _version)
    findings = found(checks.check_installation())
    assert findings["numpy"].level == findings["no-such"].level == "mend"
    assert findings["numpy"].advice == 'pip install "numpy>=999"'
    assert findings["Python"].level == "ok"


def _version(name: str) -> str:
    if name == "no-such":
        raise checks.metadata.PackageNotFoundError(name)
    return "1.0"


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def test_the_extensions_are_looked_for_where_jupyter_does(monkeypatch, tmp_path):
    config, data = tmp_path / "config", tmp_path / "data"
    monkeypatch.setattr(checks, "jupyter_config_path", lambda: [str(config)])
    monkeypatch.setattr(checks, "jupyter_path", lambda *parts: [str(data.joinpath(*parts))])
    findings = found(checks.check_jupyter("python3", {}))
    assert findings["server extension"].level == findings["lab extension"].level == "mend"
    assert findings["worker kernel python3"].level == "ok"
    # the one that was tested, whatever `python` the path names first
    assert findings["worker kernel python3"].message == sys.executable
    enabled = {"ServerApp": {"jpserver_extensions": {"visionlens_jlab": True}}}
    _write(config / "jupyter_server_config.d" / "visionlens_jlab.json", enabled)
    package = data / "labextensions" / "visionlens-jlab" / "package.json"
    _write(package, {"version": checks.__version__})
    findings = found(checks.check_jupyter("python3", {}))
    assert findings["server extension"].level == findings["lab extension"].level == "ok"
    _write(package, {"version": "0.0.1"})
    assert "0.0.1" in found(checks.check_jupyter("python3", {}))["lab extension"].message
    disabled = {"disabledExtensions": {"visionlens-jlab": True}}
    _write(config / "labconfig" / "page_config.json", disabled)
    assert "disabled" in found(checks.check_jupyter("python3", {}))["lab extension"].message


def test_the_data_directory_and_what_is_in_it(tmp_path):
    data_dir = tmp_path / "data"
    assert found(checks.check_datasets(data_dir))["data directory"].level == "ok"
    assert not data_dir.exists()
    library = Library(data_dir)
    for name in ("good", "damaged", "lost"):
        library.create(name)
    library.open("good").set_state("incomplete")
    library.close()
    (data_dir / "datasets" / "damaged" / "dataset.duckdb").write_bytes(b"no database")
    (data_dir / "datasets" / "lost" / "dataset.duckdb").unlink()
    (data_dir / "spool" / "forgotten").mkdir(parents=True)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    job = Job(job="0123456789", kind="ingest", dataset="good", state="running", created_at="2026")
    JobQueue(library.state, Owner(pid=gone.pid)).add(job, {})
    before = sorted(data_dir.rglob("*"))
    findings = found(checks.check_datasets(data_dir))
    assert sorted(data_dir.rglob("*")) == before
    assert findings["dataset damaged"].level == findings["dataset lost"].level == "mend"
    assert findings["dataset good"].level == "note"
    assert "--incremental" in str(findings["dataset good"].advice)
    assert "gone" in findings["job 01234567 on good"].message
    assert "rm -r" in str(findings["spool"].advice)


def test_a_data_directory_that_may_not_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    [finding] = checks.check_datasets(tmp_path / "data")
    assert finding.level == "mend" and "chmod" in str(finding.advice)


def test_a_file_in_the_place_of_the_data_directory(tmp_path):
    (tmp_path / "data").write_text("")
    [finding] = checks.check_datasets(tmp_path / "data")
    assert finding.level == "mend"


@pytest.mark.parametrize(("free", "level"), [(2**40, "ok"), (2**29, "note"), (2**20, "mend")])
def test_little_space(tmp_path, monkeypatch, free, level):
    class Usage:
        def __init__(self) -> None:
            self.free = free

    monkeypatch.setattr(checks.shutil, "disk_usage", lambda _: Usage())
    assert found(checks.check_datasets(tmp_path))["disk space"].level == level
