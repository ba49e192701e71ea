"""Whatever path stands in whatever place of a dataset: nothing outside is opened or told of."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visionlens_jlab.core.api.services import PathPolicy
from visionlens_jlab.core.system.confinement import Confinement
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.detect import detect
from visionlens_jlab.formats.shapes import DetectRequest
from visionlens_jlab.ingestion.routes import places
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.media.sources import LocalSource
from visionlens_jlab.tests.formats.writers import (
    coco,
    coco_box,
    coco_image,
    voc_object,
    voc_xml,
    write_image,
    write_json,
)
from visionlens_jlab.tests.jobs.ingest_context import MemoryContext, collect, ingest_rows

SECRET = "gehëim.png"
Write = Callable[[Path, str], dict[str, str]]
"""Writes a dataset with a path in one place; the request that reads it."""
_watching: list[list[str]] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event in ("open", "os.listdir", "os.scandir"):
        with suppress(TypeError):
            _watching[-1].append(os.fsdecode(arguments[0]))


sys.addaudithook(_watch)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Paths of files and folders that this process opens meanwhile."""
    _watching.append([])
    try:
        yield _watching[-1]
    finally:
        _watching.clear()


def _csv(column: str) -> Write:
    def write(folder: Path, path: str) -> dict[str, str]:
        names = pa.table({column: [path, "inside.png"], "class": ["a", "b"]})
        with (
            pa.OSFile(str(folder / "rows.arrow"), "wb") as file,
            pa.ipc.new_file(file, names.schema) as writer,
        ):
            writer.write_table(names)
        return {"source": str(folder / "rows.arrow")}

    return write


def _coco(folder: Path, path: str) -> dict[str, str]:
    images = [coco_image(1, file_name=path), coco_image(2, file_name="inside.png")]
    labels = coco(images, [coco_box(1, 1, [1, 1, 2, 2])])
    write_json(folder / "annotations" / "instances.json", labels)
    return {"source": str(folder)}


def _voc(part: str) -> Write:
    def write(folder: Path, path: str) -> dict[str, str]:
        plain = path.replace("\0", "").replace("&", "&amp;").replace("<", "&lt;")
        text = voc_xml(voc_object("car", (1, 1, 3, 3)))
        for name in ("filename", "folder", "path"):
            text = text.replace("<object>", f"<{name}>inside</{name}><object>", 1)
        text = text.replace(f"<{part}>inside<", f"<{part}>{plain}<")
        (folder / "Annotations").mkdir()
        (folder / "Annotations" / "inside.xml").write_text(text, encoding="utf-8")
        return {"source": str(folder), "format": "voc"}

    return write


def _yolo(key: str) -> Write:
    def write(folder: Path, path: str) -> dict[str, str]:
        config = {"names": ["a"], "train": ".", key: path}
        (folder / "data.yaml").write_text(json.dumps(config, ensure_ascii=False), "utf-8")
        return {"source": str(folder), "format": "yolo"}

    return write


def _list(folder: Path, path: str) -> dict[str, str]:
    (folder / "train.txt").write_text(f"{path}\ninside.png\n", encoding="utf-8")
    return _yolo("train")(folder, "train.txt")


def _link(name: str) -> Write:
    def write(folder: Path, path: str) -> dict[str, str]:
        with suppress(OSError, ValueError):
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to(path)
        return {"source": str(folder)}

    return write


def _named(part: str) -> Write:
    def write(folder: Path, path: str) -> dict[str, str]:
        return {"source": str(folder), part: path}

    return write


PLACES: dict[str, Write] = {
    **{f"table: {name}": _csv(name) for name in ("path", "uri", "file_name")},
    **{f"VOC: {part}": _voc(part) for part in ("filename", "folder", "path")},
    **{f"YOLO: {key}": _yolo(key) for key in ("path", "train", "val", "names")},
    **{
        f"link: {name}": _link(name)
        for name in (
            *("images", "labels", "linked.png", "labels.txt", "annotations", "data.yaml"),
            *("JPEGImages", "ImageSets", "SegmentationClass", "SegmentationObject"),
        )
    },
    **{f"named: {part}": _named(part) for part in ("source", "images", "labels")},
    "COCO: file_name": _coco,
    "YOLO: list": _list,
}
FORMS: dict[str, Callable[[Path, Path], str]] = {
    "absolute": lambda _, target: str(target),
    "relative": lambda folder, target: os.path.relpath(target, folder),
    "far up": lambda _, target: "../" * 30 + str(target).lstrip("/"),
    "from inside": lambda folder, target: f"{folder}/sub/../{os.path.relpath(target, folder)}",
    "address": lambda _, target: f"file://{target}",
    "through a link": lambda _, target: f"door/{target.name}",
    "linked": lambda _, target: "secret link.png",
    "doubled": lambda _, target: f"//{target}//",
    "backslashes": lambda folder, target: os.path.relpath(target, folder).replace("/", "\\"),
    "percent": lambda folder, target: os.path.relpath(target, folder).replace("/", "%2f"),
    "decomposed": lambda _, target: unicodedata.normalize("NFD", str(target)),
    "null": lambda _, target: f"{target}\0.png",
    "long": lambda _, target: f"{target}/{'x' * 300}",
    "very long": lambda _, target: f"{target}/{'../y/' * 1500}",
    "home": lambda _, target: f"~/../..{target}",
    "a list": lambda _, target: f"{target}.txt",
}


def _world(base: Path, *, there: bool) -> tuple[Path, Path]:
    """A dataset in a folder that may be read, and one outside, with something in it or not."""
    folder, outside = base / "home" / "sets" / "one", base / "outside"
    write_image(folder / "inside.png")
    (folder / "sub").mkdir()
    (folder / "inside.txt").write_text("0 .5 .5 .2 .2\n")
    if there:
        (outside / "images").mkdir(parents=True)
        for path in (outside / SECRET, outside / "images" / SECRET):
            write_image(path)
        (outside / f"{SECRET}.txt").write_text(f"{outside}/{SECRET}\n", encoding="utf-8")
        (outside / "labels").mkdir()
        (outside / "labels" / "inside.txt").write_text("0 .5 .5 .9 .9\n")
    (folder / "door").symlink_to(outside)
    (folder / "secret link.png").symlink_to(outside / SECRET)
    return folder, outside


def _outcome(base: Path, place: str, form: str, name: str, *, there: bool) -> Any:
    """What comes of reading: an error, or what there is of it."""
    folder, outside = _world(base, there=there)
    policy = PathPolicy([base / "home"], base / "home")
    try:
        with watched() as opened:
            return _read(policy, PLACES[place](folder, FORMS[form](folder, outside / name)), base)
    except VisionLensError as error:
        return error.code, error.message
    finally:
        assert not [path for path in opened if _leads_outside(path, outside)]
        shutil.rmtree(base / "home")
        shutil.rmtree(outside, ignore_errors=True)


def _leads_outside(path: str, outside: Path) -> bool:
    with suppress(ValueError, OSError):
        return Path(os.path.realpath(path)).is_relative_to(outside)
    return False


def _read(policy: PathPolicy, named: dict[str, str], base: Path) -> Any:
    format = {"format": named.pop("format", None)}
    detected = None
    with suppress(VisionLensError):
        asked = places.confine(policy, DetectRequest(**named, **format), unrestricted=False)
        detected = detect(asked, allowed=policy.confinement).model_dump()
    request = places.confine(policy, IngestRequest(**named, **format), unrestricted=False)
    with tempfile.TemporaryDirectory() as spool:
        params = request.model_dump() | {"labels_only": True}
        context = MemoryContext(params, Path(spool))
        from visionlens_jlab.ingestion.job import job

        job.run(context)
    found = collect(context)
    roots = {row["name"]: row["location"] for row in found.roots}
    assert all(policy.allows(Path(root)) for root in roots.values()), roots
    served = []
    for row in found.samples:
        try:
            source = LocalSource.stored(roots[row["root"]], policy.confinement)
            with source.open(row["path"]) as file:
                assert policy.allows(Path(os.path.realpath(file.name)))
                served.append(file.name)
        except VisionLensError as error:
            served.append(error.code)
    samples = [(row["root"], row["path"], row["bytes"]) for row in found.samples]
    issues = [(row["code"], row["item"], row["message"]) for row in found.issues]
    return detected, roots, samples, issues, len(found.annotations), served


@given(
    place=st.sampled_from(sorted(PLACES)),
    form=st.sampled_from(sorted(FORMS)),
    name=st.sampled_from([SECRET, "", "images", f"images/{SECRET}", "labels", "none.png"]),
)
@settings(max_examples=40)
def test_no_path_leads_outside_or_tells_what_is_there(
    tmp_path_factory: pytest.TempPathFactory, place: str, form: str, name: str
) -> None:
    base = tmp_path_factory.mktemp("world")
    with_secret = _outcome(base, place, form, name, there=True)
    without = _outcome(base, place, form, name, there=False)
    assert with_secret == without


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_place_is_read_where_that_is_allowed(tmp_path: Path, place: str) -> None:
    """The test above would hold where nothing was ever read."""
    folder, outside = _world(tmp_path, there=True)
    policy = PathPolicy([tmp_path], tmp_path)
    is_folder = place in ("link: images", "link: labels", "YOLO: path", "YOLO: train", "YOLO: val")
    target = outside if place.startswith("named") else outside / ("images" if is_folder else SECRET)
    if place == "YOLO: list":
        pytest.skip("a list names images of its own place")
    with suppress(VisionLensError):
        found = _read(policy, PLACES[place](folder, str(target)), tmp_path)
        assert found[2]


def test_a_file_exchanged_while_it_is_opened_is_not_read(tmp_path, monkeypatch):
    write_image(tmp_path / "root" / "a.png")
    write_image(tmp_path / "outside.png")
    source = LocalSource(tmp_path / "root")
    real_open = os.open

    def exchanged(path: str, flags: int, *more: Any) -> int:
        Path(path).unlink()
        Path(path).symlink_to(tmp_path / "outside.png")
        return real_open(path, flags, *more)

    monkeypatch.setattr(os, "open", exchanged)
    with pytest.raises(VisionLensError, match="PATH_NOT_ALLOWED"):
        source.open("a.png")


def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.png")
    (tmp_path / "b.png").mkdir()
    for name in ("a.png", "b.png", "c.png", "x" * 300):
        with pytest.raises(VisionLensError, match="IMAGE_MISSING"):
            LocalSource(tmp_path).open(name)


def test_links_lead_into_folders_that_may_be_read_anyway(tmp_path):
    write_image(tmp_path / "store" / "a.png")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "a.png").symlink_to(tmp_path / "store" / "a.png")
    (tmp_path / "root" / "all").symlink_to(tmp_path / "store")
    source = LocalSource(tmp_path / "root", Confinement([tmp_path / "store"]))
    assert [entry.path for entry in source.walk()] == ["a.png"]
    assert list(source.refused) == ["all"]
    assert source.open("a.png").read() == (tmp_path / "store" / "a.png").read_bytes()
    with pytest.raises(VisionLensError, match="PATH_NOT_ALLOWED"):
        LocalSource(tmp_path / "root").open("a.png")


def _labelme(folder: Path, path: str) -> None:
    corners = [[1, 1], [3, 3]]
    shapes = [{"label": "a", "points": corners, "shape_type": "rectangle", "flags": {}}]
    write_json(folder / "inside.json", {"imagePath": path, "shapes": shapes, "imageData": None})


def _createml(folder: Path, path: str) -> None:
    box = {"label": "a", "coordinates": {"x": 2, "y": 2, "width": 2, "height": 2}}
    write_json(folder / "labels.json", [{"image": path, "annotations": [box]}])


def _openimages(folder: Path, path: str) -> None:
    header = "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax"
    (folder / "boxes.csv").write_text(f"{header}\n{path},x,a,1,.1,.5,.1,.5\n", "utf-8")


def _imagefolder(folder: Path, path: str) -> None:
    (folder / "metadata.csv").write_text(f"file_name,label\n{path},a\ninside.png,b\n", "utf-8")


@pytest.mark.parametrize("path", [f"../{SECRET}", f"door/{SECRET}", f"sub/../../{SECRET}"])
@pytest.mark.parametrize("write", [_coco, _labelme, _createml, _openimages, _imagefolder])
def test_what_an_ingest_did_not_read_is_opened_by_nobody_later(tmp_path, write, path):
    """Where everything around the dataset may be read, as in a notebook below the home."""
    folder = tmp_path / "sets"
    write_image(folder / "inside.png")
    (folder / "sub").mkdir()
    write_image(tmp_path / SECRET)
    (folder / "door").symlink_to(tmp_path)
    write(folder, path)
    found = ingest_rows(folder)
    named = [row for row in found.samples if row["path"].endswith(SECRET)]
    assert [row["bytes"] for row in named] == [None] * len(named)
    source = LocalSource.stored(str(folder), Confinement([tmp_path]))
    assert source.open("inside.png").read()
    for name in {path, *(row["path"] for row in named)}:
        with pytest.raises(VisionLensError, match=r"PATH_NOT_ALLOWED|IMAGE_MISSING"):
            source.open(name)
