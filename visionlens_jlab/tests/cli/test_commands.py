"""ingest, list, info, delete, demo."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

import visionlens_jlab
from visionlens_jlab.cli import main
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.tests.api.servers import make_coco, make_images
from visionlens_jlab.tests.cli.conftest import command
from visionlens_jlab.tests.jobs.servers import TOKEN, Server

ROOT = Path(visionlens_jlab.__file__).parent.parent


def assert_no_traceback(done: subprocess.CompletedProcess[str]) -> None:
    assert "Traceback" not in done.stdout + done.stderr


def test_the_package_names_the_script():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"visionlens": "visionlens_jlab.cli:main"}
    assert callable(main)


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom visionlens_jlab.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "heavy = {'duckdb', 'pyarrow', 'numpy', 'PIL', 'pydantic', 'httpx', 'jupyter_server'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in ("ingest", "list", "info", "delete", "analyse", "demo", "doctor"):
        assert name in done.stdout


def test_a_dataset_from_start_to_end(run, tmp_path):
    make_coco(tmp_path / "town", 30)
    (tmp_path / "town" / "images" / "image_00004.jpg").unlink()
    made = run("ingest", "town", "--name", "my town")
    assert made.returncode == 0, made.stderr
    assert "my town: 30 samples" in made.stdout
    assert "30 found = 30 imported" in made.stdout
    assert "IMAGE_MISSING" in made.stdout and "image_00004.jpg" in made.stdout
    assert "scan" in made.stderr and "\r" not in made.stderr

    listed = run("list")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["NAME", "my"]
    [card] = json.loads(run("list", "--json").stdout)
    assert (card["name"], card["samples"], card["state"]) == ("my town", 30, "ready")

    assert "class car: 30 annotations" in run("info", "my town").stdout
    detail = json.loads(run("info", card["dataset"], "--json", "--items").stdout)
    assert (detail["samples"], detail["annotations"]) == (30, 60)
    assert detail["report"]["by_code"] == {"IMAGE_MISSING": 1}
    assert len(detail["report"]["items"]) == 1

    again = run("ingest", "town", "--name", "my town")
    assert again.returncode == 1 and "DATASET_EXISTS" in again.stderr
    assert run("ingest", "town", "--name", "my town", "--incremental").returncode == 0

    assert run("delete", "my town").returncode == 2
    gone = run("delete", "my town", "--yes")
    assert (gone.returncode, gone.stdout) == (0, "Deleted my town.\n")
    assert json.loads(run("list", "--json").stdout) == []


def test_errors_have_code_message_and_hint(run, tmp_path):
    (tmp_path / "empty").mkdir()
    for arguments, code in (
        (("ingest", "nowhere"), "DIR_NOT_FOUND"),
        (("ingest", "empty"), "DIR_EMPTY"),
        (("ingest", "empty", "--format", "nothing"), "FORMAT_UNKNOWN"),
        (("info", "nothing"), "DATASET_NOT_FOUND"),
        (("delete", "nothing", "--yes"), "DATASET_NOT_FOUND"),
    ):
        done = run(*arguments)
        assert done.returncode == 1, arguments
        assert_no_traceback(done)
        first, hint = done.stderr.strip().splitlines()[-2:]
        assert first.startswith(f"visionlens: {code}: "), done.stderr
        assert hint.startswith("  ") and len(hint) > 10
    for arguments in ((), ("ingest",), ("fly",), ("list", "--fast")):
        assert run(*arguments).returncode == 2
    assert not list((tmp_path / "data" / "datasets").glob("*"))


def test_a_dataset_that_another_process_holds_is_busy(run, tmp_path):
    library = Library(tmp_path / "data")
    library.create("held")
    try:
        for arguments in (("info", "held"), ("delete", "held", "--yes")):
            done = run(*arguments)
            assert done.returncode == 1
            assert "DATASET_BUSY" in done.stderr and f"PID {os.getpid()}" in done.stderr
        assert f"PID {os.getpid()}" in run("list").stdout
    finally:
        library.close()


# What a shell starts in the background ignores the interrupt, and so would all that it starts.
_INTERRUPTIBLE = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_an_interrupt_cancels_and_what_is_there_can_be_completed(run, environ, tmp_path):
    make_images(tmp_path / "many", 2500)
    process = subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTIBLE, *command(), "ingest", "many"],
        env=environ,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    # The first thumbnails are in, those of nine more pieces are not.
    while not any((tmp_path / "data" / "datasets").glob("many/thumbnails/*.pack")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    assert process.wait(60) == 130
    assert "Traceback" not in rest and "cancelled" in rest
    [card] = json.loads(run("list", "--json").stdout)
    assert card["state"] == "incomplete"
    done = run("ingest", "many", "--incremental")
    assert done.returncode == 0, done.stderr
    detail = json.loads(run("info", "many", "--json").stdout)
    assert (detail["samples"], detail["state"]) == (2500, "ready")


def on_terminal(arguments: list[str], environ: dict[str, str], cwd: Path, typed: str = "") -> str:
    """Run on a terminal and return what it shows."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.execvpe(command()[0], [*command(), *arguments], environ)
    if typed:
        os.write(terminal, typed.encode())
    shown = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # so a pseudo-terminal says that its other side is closed
            break
        if not part:
            break
        shown += part
    os.waitpid(pid, 0)
    os.close(terminal)
    return shown.decode()


def test_on_a_terminal_one_line_is_rewritten_and_deleting_asks(run, environ, tmp_path):
    make_images(tmp_path / "some", 600)
    shown = on_terminal(["ingest", "some"], environ, tmp_path)
    assert shown.count("\r\x1b[2K") > 3
    assert "images [" in shown and "/s" in shown
    assert "Nothing was deleted" in on_terminal(["delete", "some"], environ, tmp_path, "n\n")
    assert "Deleted some" in on_terminal(["delete", "some"], environ, tmp_path, "y\n")
    assert json.loads(run("list", "--json").stdout) == []


def test_the_demonstration_dataset(run, tmp_path):
    done = run("demo", "--out", "shown", "--n", "40")
    assert done.returncode == 0, done.stderr
    assert "demo: 40 samples" in done.stdout
    assert re.search(r"run_a: AP50 0\.[6-9].*run_b: AP50 0\.[6-9]", done.stdout, re.DOTALL)
    assert (tmp_path / "shown" / "annotations").is_dir()
    found = run("analyse", "demo", "--run", "run_b", "--depth", "1", "--json", "--out", "f.html")
    assert found.returncode == 0, found.stderr
    assert isinstance(json.loads(found.stdout), list)
    assert "Findings in demo" in (tmp_path / "f.html").read_text()
    assert "ANALYSIS_INVALID" in run("analyse", "demo", "--run", "none").stderr
    again = run("demo", "--out", "shown", "--n", "40")
    assert again.returncode == 1 and "REQUEST_INVALID" in again.stderr


@pytest.mark.asyncio
async def test_with_a_server_its_datasets_are_meant(run, environ, tmp_path):
    make_coco(tmp_path / "town", 5)
    server = Server(tmp_path, tmp_path / "of-server")
    try:
        await server.get("about")
        # what a terminal on a hub has; the extension leaves VISIONLENS_SERVER to its own shells
        environ["JUPYTERHUB_SERVICE_URL"] = server.url.partition("visionlens/")[0]
        environ["JUPYTERHUB_API_TOKEN"] = TOKEN
        done = run("ingest", "town")
        assert done.returncode == 0, done.stderr
        assert [card["dataset"] for card in (await server.get("datasets"))["datasets"]] == ["town"]
        assert "town" in run("list").stdout
        assert not (tmp_path / "data").exists()
        elsewhere = run("info", "town", "--data-dir", str(tmp_path / "of-server"))
        assert elsewhere.returncode == 1
        assert f"PID {server.process.pid} at http://" in elsewhere.stderr
        assert run("delete", "town", "--yes").returncode == 0
    finally:
        server.stop()
