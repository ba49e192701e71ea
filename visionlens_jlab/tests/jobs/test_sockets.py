"""The folders of worker kernels' sockets."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from visionlens_jlab.core.jobs import kernel

MAKE = """
import sys
from visionlens_jlab.core.jobs import kernel
print(kernel.make_folder(), flush=True)
sys.stdin.readline()
"""


def test_what_a_killed_process_left_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    others = tmp_path / "visionlens-other"
    others.mkdir()
    other = subprocess.Popen(
        [sys.executable, "-c", MAKE],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    left = Path(other.stdout.readline().strip())
    (left / "kernel-ipc-1").touch()
    mine = kernel.make_folder()
    assert left.exists(), "its process runs"
    other.kill()
    other.communicate()
    second = kernel.make_folder()
    assert not left.exists()
    assert mine.exists() and second.exists() and others.exists()


def test_a_number_given_again_is_another_process(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = kernel.make_folder()
    host, pid, born = (folder / "owner").read_text().split("\n")
    (folder / "owner").write_text(f"{host}\n{pid}\n{int(born) + 1}")
    kernel.remove_stale()
    assert not folder.exists()


def test_folders_of_another_machine_and_unreadable_ones_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name, text in (("a", "elsewhere\n1\n1"), ("b", "nonsense"), ("c", "")):
        (tmp_path / f"visionlens-{name}").mkdir()
        (tmp_path / f"visionlens-{name}" / "owner").write_text(text)
    kernel.remove_stale()
    assert len(list(tmp_path.iterdir())) == 3
