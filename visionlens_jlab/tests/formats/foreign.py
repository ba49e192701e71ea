"""Label files of formats that are not read here, as their tools write them.

Each entry: the layout's files (path -> content; `image` for a picture), and what the report must
say each label file seems to be.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from visionlens_jlab.tests.formats.writers import write_image


class Layout(NamedTuple):
    """`labels`: path -> what it seems to be; `files`: path -> content."""

    labels: dict[str, str]
    files: dict[str, bytes]
    images: tuple[str, ...] = ("images/a.jpg", "images/b.jpg")
    masks: tuple[str, ...] = ()


def write_layout(folder: Path, layout: Layout) -> Path:
    for path in layout.images:
        write_image(folder / path)
    for path in layout.masks:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        mask = Image.new("P", (40, 30))
        mask.paste(1, (0, 0, 20, 30))
        mask.save(folder / path)
    for path, content in layout.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def _json(content: Any) -> bytes:
    return json.dumps(content).encode()


def _one(path: str, what: str, content: bytes) -> Layout:
    return Layout({path: what}, {path: content})


def _masks(*paths: str, images: tuple[str, ...] = ("images/a.jpg", "images/b.jpg")) -> Layout:
    return Layout(dict.fromkeys(paths, "a mask"), {}, images, paths)


_CVAT = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n  <meta>'
    b'<task/></meta>\n  <image id="0" name="a.jpg" width="40" height="30">\n    <box label="car" '
    b'xtl="1" ytl="2" xbr="9" ybr="8"/>\n  </image>\n</annotations>\n'
)
_LABELME = _json(
    {
        "version": "5.0.1",
        "flags": {},
        "shapes": [{"label": "car", "points": [[1, 2], [9, 8]], "shape_type": "rectangle"}],
        "imagePath": "a.jpg",
        "imageData": None,
    }
)
_OPEN_IMAGES = (
    b"ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax\n"
    b"a,xclick,/m/01g317,1,0.1,0.5,0.1,0.9\n"
)
_VIA = {
    "a.jpg1234": {
        "filename": "a.jpg",
        "size": 1234,
        "regions": [{"shape_attributes": {"name": "rect", "x": 1}, "region_attributes": {}}],
    }
}
_VIA_CSV = (
    b"filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,"
    b'region_attributes\na.jpg,1234,"{}",1,0,"{""name"":""rect""}","{}"\n'
)
_CREATE_ML = [
    {
        "image": "a.jpg",
        "annotations": [{"label": "car", "coordinates": {"x": 5, "y": 5, "width": 4, "height": 4}}],
    }
]
_KITTI = b"Car 0.00 0 1.85 387.63 181.54 423.81 203.12 1.67 1.87 3.69 -16.53 2.39 58.49 1.57\n"
KITTI_CALIBRATION = b"".join(
    b"%s: %s\n" % (name, b" ".join([b"7.215377e+02"] * count))
    for name, count in ((b"P0", 12), (b"P2", 12), (b"R0_rect", 9), (b"Tr_velo_to_cam", 12))
)
_DOTA = b"imagesource:GoogleEarth\ngsd:0.146\n2753 2408 2861 2385 2888 2468 2805 2502 plane 0\n"
_TFRECORD = b"\3" + bytes(7) + bytes.fromhex("b099490e") + b"abc" + bytes(4)
_DATUMARO = {"info": {}, "categories": {"label": {"labels": []}}, "items": [{"id": "a"}]}
_SUPERVISELY = {
    "description": "",
    "tags": [],
    "size": {"height": 30, "width": 40},
    "objects": [{"classTitle": "car", "points": {"exterior": [[1, 2], [9, 8]]}}],
}
_LABEL_STUDIO = [
    {
        "id": 1,
        "annotations": [
            {"result": [{"from_name": "label", "to_name": "image", "type": "rectanglelabels"}]}
        ],
        "data": {"image": "/data/upload/a.jpg"},
    }
]
_CITYSCAPES = {"imgHeight": 30, "imgWidth": 40, "objects": [{"label": "road", "polygon": []}]}

LAYOUTS: dict[str, Layout] = {
    "cvat": _one("annotations.xml", "CVAT XML", _CVAT),
    "labelme": Layout(
        {"images/a.json": "LabelMe JSON", "images/b.json": "LabelMe JSON"},
        {"images/a.json": _LABELME, "images/b.json": _LABELME},
    ),
    "open_images": _one("train-annotations-bbox.csv", "OpenImages CSV", _OPEN_IMAGES),
    "via": _one("via_region_data.json", "VIA JSON", _json(_VIA)),
    "via_csv": _one("via_export.csv", "VIA CSV", _VIA_CSV),
    "create_ml": _one("images/_annotations.createml.json", "CreateML JSON", _json(_CREATE_ML)),
    "kitti": Layout(
        {"label_2/000000.txt": "KITTI text"},
        {"label_2/000000.txt": _KITTI},
        ("image_2/000000.png", "image_2/000001.png"),
    ),
    "tfrecord": _one("train-00000-of-00001.tfrecord", "broken TFRecord", b"no record"),
    "tfrecord_without_suffix": _one("train-00000-of-00001", "TFRecord", _TFRECORD),
    "dota": Layout(
        {"train/labelTxt/P0000.txt": "DOTA text"},
        {"train/labelTxt/P0000.txt": _DOTA},
        ("train/images/P0000.png", "train/images/P0001.png"),
    ),
    "datumaro": _one("annotations/default.json", "Datumaro JSON", _json(_DATUMARO)),
    "supervisely": Layout(
        {"ds/ann/a.jpg.json": "Supervisely JSON"},
        {"ds/ann/a.jpg.json": _json(_SUPERVISELY)},
        ("ds/img/a.jpg", "ds/img/b.jpg"),
    ),
    "label_studio": _one("export.json", "Label Studio JSON", _json(_LABEL_STUDIO)),
    "ndjson": _one(
        "labels.ndjson",
        "JSON lines that speaks of labels",
        b'{"image": "a.jpg", "bbox": [1, 2, 3, 4]}\n{"image": "b.jpg", "bbox": [1, 2, 3, 4]}\n',
    ),
    "mat": _one("digitStruct.mat", "a MATLAB file", b"MATLAB 5.0 MAT-file, Platform: GLNXA64"),
    "parquet": _one("train.parquet", "a Parquet table", b"PAR1\x15\x04PAR1"),
    "table": _one("boxes.csv", "a table of labels", b"filename,class,xmin,ymin\na.jpg,car,1,2\n"),
    "mot": _one("gt/gt.txt", "MOT or VisDrone text", b"1,1,912,484,97,109,0,7,1\n"),
    "retinanet": _one(
        "train_boxes.txt", "lines of an image's name and its labels", b"a.jpg 1,2,9,8,0\n"
    ),
    "masks": _masks("masks/a.png", "masks/b.png"),
    "labels_as_images": _masks("labels/a.png", "labels/b.png"),
    "masks_by_image": _masks(
        "1/masks/x.png", "1/masks/y.png", images=("1/images/1.png", "2/images/2.png")
    ),
    "carvana": _masks("train_masks/a_mask.gif", images=("train/a.jpg", "train/b.jpg")),
    "camvid": _masks("trainannot/a.png", images=("train/a.png", "train/b.png")),
    "masks_beside": _masks("benign/a_mask.png", images=("benign/a.png", "normal/c.png")),
    "cityscapes": _one(
        "gtFine/train/ulm/ulm_000000_000019_gtFine_polygons.json",
        "Cityscapes JSON",
        _json(_CITYSCAPES),
    ),
    "broken": _one("labels.json", "broken JSON", b"{"),
    "empty": _one("labels.json", "empty", b""),
    "empty_list": _one("labels.json", "empty JSON", b"[]"),
    "deep": _one("labels.json", "JSON that is nested too deeply", b"[" * 100_000),
    "deep_closed": _one(
        "labels.json", "JSON that is nested too deeply", b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    ),
    "captions": _one("images/a.txt", "text", b"A car in front of a house."),
}
