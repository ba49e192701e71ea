"""What plugins of every kind may do wrong: each fails alone, and nothing is disturbed."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import visionlens_jlab as vl
from visionlens_jlab.agents.tools.base import Desk
from visionlens_jlab.agents.tools.plugins import plugin_tools
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.embeddings.models.registry import make
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.registry import source_kinds
from visionlens_jlab.media.sources import connect
from visionlens_jlab.plugins.adapters.sources import connected
from visionlens_jlab.plugins.adapters.transforms import Transforms
from visionlens_jlab.plugins.installed import LOG_BYTES, InstalledPlugins

CODE = """
import os, subprocess, sys, time
from visionlens_jlab.plugin_api import Label, LabelledImage, Page, SourceFile
def wrong():
    {wrong}
def work(*, file=None, context=None, image=None, arguments=None, address=None, **rest):
    if address is not None or {loads}:
        return Thing()
    given = wrong()
    return iter(given) if file is not None else given
class Thing:
    def images(self, **rest):
        return wrong()
    def list(self, **rest):
        return wrong()
"""
KINDS: dict[str, dict[str, object]] = {
    "format": {"patterns": ["*.kit"]},
    "source": {"scheme": "odd"},
    "embedder": {"side": 16},
    "tool": {"description": "Odd."},
    "hook": {"on": "on_transform"},
    "operator": {},
    "measure": {"field": "odd"},
}
WRONG = {
    "raises": "raise KeyError('lost')",
    "hangs": "time.sleep(1000)",
    "exits": "os._exit(3)",
    "leaks": "kept = [bytearray(1 << 26) for _ in range(64)]",
    "talks": "os.write(int(sys.argv[3]), b'x' * 1000); time.sleep(1000)",
    "answers": "return [{'no': object()}, 3]",
}


@pytest.fixture
def use(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable]:
    """Kind -> what has a plugin `odd` of that kind do its work."""
    monkeypatch.setenv("VISIONLENS_PLUGIN_MEMORY", "256")
    monkeypatch.setenv("VISIONLENS_PLUGIN_SECONDS", "3")
    folder = tmp_path / "images"
    folder.mkdir()
    Image.new("RGB", (40, 30)).save(folder / "a.png")

    def read():
        (folder / "a.kit").write_text("x")
        with vl.ingest(folder, format="plugin:odd/odd", name="kit") as ds:
            issues = ds.report.by_code
            raise VisionLensError("PLUGIN_FAILED", f"reported {issues['LABEL_FILE_INVALID']}")

    def run(**given):
        with vl.ingest(folder, name="images") as ds:
            before = ds.to_pandas()
            try:
                ds.run_plugin("odd", "odd")
            finally:
                assert before.equals(ds.to_pandas())

    def ask():
        library = Library(home)
        vl.ingest(folder, name="asked").close()
        try:
            store = library.open("asked")
            plugin_tools(store)[0].call(Desk(store), {})
        finally:
            library.close()

    def embed():
        pixels = np.zeros((2, 16, 16, 3), np.uint8)
        make("plugin:odd/odd", {}).pixels(pixels)

    return {
        "format": read,
        "source": lambda: connect("odd://x", source_kinds()).list(),
        "embedder": embed,
        "tool": ask,
        "hook": lambda: Transforms.here().image(bytes(300), 10, 10),
        "operator": run,
        "measure": run,
    }


FEW = ("source", "embedder", "operator")
CASES = [(kind, wrong) for wrong in ("raises", "exits") for kind in KINDS] + [
    *((kind, wrong) for wrong in ("hangs", "leaks") for kind in (*FEW, "format")),
    *((kind, "talks") for kind in ("source", "operator")),
    *((kind, "answers") for kind in KINDS if kind != "operator"),  # that says any sentence
]


@pytest.mark.parametrize(("kind", "wrong"), CASES)
def test_it_fails_alone(home, use, kind, wrong):
    put(home, kind, WRONG[wrong])
    with pytest.raises(VisionLensError) as caught:
        use[kind]()
    expected = "SOURCE_UNAVAILABLE" if kind == "source" else "PLUGIN_FAILED"
    assert caught.value.code == expected
    assert not _marked()


@pytest.mark.parametrize("kind", FEW)
def test_what_it_starts_prints_and_writes(home, use, kind):
    outside = home / "outside"
    child = "[sys.executable, '-c', 'import time; time.sleep(1000)']"
    put(
        home,
        kind,
        f"subprocess.Popen({child}, start_new_session=True)\n"
        "    for _ in range(20_000): print('x' * 99)\n"
        f"    open({str(outside)!r}, 'w')",
    )
    with pytest.raises(VisionLensError):
        use[kind]()
    connected.cache_clear()  # a source's process lives as long as it is known
    gc.collect()
    assert not _marked()
    log = InstalledPlugins(home).log("odd")
    assert 0 < len(log) <= LOG_BYTES
    if "cannot hold" not in log and "PermissionError" in log:
        assert not outside.exists()


def put(home: Path, kind: str, wrong: str) -> None:
    contribution = {"kind": kind, "id": "odd", "target": "work", **KINDS[kind]}
    manifest = {
        "manifest": 1,
        "name": "odd",
        "version": "1",
        "api": ">=1,<2",
        "permissions": ["images", "fields", "tags"],
        "contributions": [contribution],
    }
    code = CODE.format(wrong=wrong, loads=kind == "embedder")
    (home / "plugins" / "odd.py").write_text(f"MANIFEST = {manifest!r}\n{code}")


def _marked() -> list[str]:
    """Processes of plugins that are left."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
            state = (folder / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        own = f"VISIONLENS_DATA_DIR={os.environ['VISIONLENS_DATA_DIR']}".encode()
        if b"VISIONLENS_PLUGIN_RUN=" in environment and own in environment and state != "Z":
            found.append(folder.name)
    return found
