"""What can happen to a file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

Damaging = Callable[[Path], None]


def truncate(share: float) -> Damaging:
    return lambda path: os.truncate(path, int(path.stat().st_size * share))


def zero(share: float, count: int = 4096) -> Damaging:
    def work(path: Path) -> None:
        with path.open("r+b") as file:
            size = path.stat().st_size
            start = min(int(size * share), max(0, size - count))
            file.seek(start)
            file.write(bytes(min(count, size - start)))

    return work


def flip(share: float) -> Damaging:
    def work(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[int(len(content) * share)] ^= 0xFF
        path.write_bytes(content)

    return work


def delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def folder(path: Path) -> None:
    delete(path)
    path.mkdir()


def link(path: Path) -> None:
    delete(path)
    path.symlink_to(path.parent / "nowhere")


def empty(path: Path) -> None:
    if path.is_dir():
        delete(path)
    path.write_bytes(b"")


def foreign(path: Path) -> None:
    if path.is_dir():
        delete(path)
    path.write_bytes(b"PK\x03\x04" + os.urandom(3000))
