"""Sources of plugins: ingest, thumbnails and whole images from addresses of their scheme."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest
from PIL import Image

import visionlens_jlab as vl
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.registry import source_kinds
from visionlens_jlab.media.sources import connect
from visionlens_jlab.media.store.images import Images
from visionlens_jlab.tests.plugins.conftest import install


class Server(http.server.SimpleHTTPRequestHandler):
    """With ranges, which it notes."""

    ranges: ClassVar[list[str]] = []

    def send_head(self):
        wanted = self.headers.get("Range")
        path = Path(self.translate_path(self.path))
        if not wanted or not path.is_file():
            return super().send_head()
        self.ranges.append(f"{path.name} {wanted}")
        start, _, last = wanted.removeprefix("bytes=").partition("-")
        data = path.read_bytes()[int(start) : int(last) + 1 if last else None]
        self.send_response(206)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Of a folder with two folders of images, over HTTP."""
    for folder, colour in (("cats", "red"), ("dogs", "blue")):
        place = tmp_path / "web" / "set" / folder
        place.mkdir(parents=True)
        for number in range(3):
            Image.new("RGB", (64, 48), colour).save(place / f"{folder} {number}.png")
    Server.ranges.clear()
    handler = partial(Server, directory=str(tmp_path / "web"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"web://127.0.0.1:{server.server_port}/set"
        server.shutdown()


def test_it_is_ingested_shown_and_embedded(home, address, monkeypatch):
    install(home, "http_index")
    with vl.ingest(address, name="web") as ds:
        frame = ds.to_pandas()
        assert len(frame) == 6 and set(frame["width"]) == {64}
        assert sorted(set(ds.to_pandas("annotations")["class"])) == ["cats", "dogs"]
        assert ds.report.images.found == ds.report.images.imported == 6
        assert Server.ranges
        space = ds.embed("classical")
        assert len(ds.similar([0], space=space, k=6)) == 6
    library = Library(home)
    images = library.open("web").part(Images)
    with images.open(*images.path(0)) as file, Image.open(file) as image:
        assert image.size == (64, 48)
    assert images.thumbnail(0) is not None
    library.close()


def test_what_it_lists_and_reads(home, address):
    install(home, "http_index")
    source = connect(address, source_kinds())
    folders, files = source.list()
    assert (folders, files) == (["cats", "dogs"], [])
    entries = list(source.walk())
    assert [entry.path for entry in entries][:2] == ["cats/cats 0.png", "cats/cats 1.png"]
    with source.open(entries[0].path) as file:
        assert len(file.read()) == entries[0].bytes
    assert source.stat("cats/none.png") is None
    with pytest.raises(VisionLensError) as caught:
        source.open("cats/none.png")
    assert caught.value.code == "IMAGE_MISSING"


DYING = """
import os, time
MANIFEST = {
    "manifest": 1, "name": "dying", "version": "1", "api": ">=1,<2", "permissions": [],
    "contributions": [{"kind": "source", "id": "die", "scheme": "die", "target": "Files"}],
}
from visionlens_jlab.plugin_api import Page, SourceFile
class Files:
    def __init__(self, **rest):
        print("started")
    def list(self, *, folder, **rest):
        if folder == "exit":
            os._exit(4)
        if folder == "hang":
            time.sleep(1000)
        if folder == "raise":
            raise KeyError("lost")
        if folder == "strange":
            return Page(files=[SourceFile(path=1, bytes="many")])
        return Page(folders=["exit"], files=[SourceFile(path="a.png", bytes=3)])
    def stat(self, *, path, **rest):
        return SourceFile(path=path, bytes=3)
    def read(self, **rest):
        return b"abc"
"""


@pytest.mark.parametrize("folder", ["exit", "hang", "raise", "strange"])
def test_one_that_fails_is_out_of_reach_and_asked_again(home, monkeypatch, folder):
    monkeypatch.setenv("VISIONLENS_PLUGIN_SECONDS", "2")
    (home / "plugins" / "dying.py").write_text(DYING)
    source = connect("die://x", source_kinds())
    with pytest.raises(VisionLensError) as caught:
        source.list(folder)
    assert caught.value.code == "SOURCE_UNAVAILABLE"
    assert source.list()[0] == ["exit"]
    with source.open("a.png") as file:
        assert file.read() == b"abc"


def test_one_that_was_saved_is_read_anew(home):
    file = home / "plugins" / "dying.py"
    file.write_text(DYING)
    assert connect("die://x", source_kinds()).list()[0] == ["exit"]
    file.write_text(DYING.replace('folders=["exit"]', 'folders=["other"]'))
    assert connect("die://x", source_kinds()).list()[0] == ["other"]
