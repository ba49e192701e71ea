"""Small datasets in each format of records, as its own tool writes them, and what they mean."""

# ruff: noqa: E501  data as the tools write it

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

SIZE = (80, 60)
NAMES = ("a one.jpg", "zwei-ü.jpg", "c3.png")


class Meant(NamedTuple):
    """One annotation as it must arrive: image, class, kind, box."""

    image: str
    class_name: str
    kind: str
    box: tuple[float, float, float, float] | None


BOXES = [
    Meant("a one.jpg", "car", "box", (1.5, 2.25, 30.0, 20.5)),
    Meant("a one.jpg", "traffic light", "box", (40.0, 5.0, 8.0, 16.0)),
    Meant("zwei-ü.jpg", "car", "box", (0.0, 0.0, 79.0, 59.0)),
]


def make_images(folder: Path) -> None:
    """The pictures, `c3.png` without labels."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(NAMES):
        Image.new("RGB", SIZE, (40 * number, 90, 20)).save(folder / name)


def _of(image: str) -> list[Meant]:
    return [one for one in BOXES if one.image == image]


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def labelme(folder: Path) -> list[Meant]:
    """JSON beside the images, with a polygon, a circle, and a picture inside."""
    make_images(folder)
    for name in NAMES[:2]:
        shapes: list[dict[str, Any]] = [
            {
                "label": one.class_name,
                "points": [
                    [one.box[0], one.box[1]],
                    [one.box[0] + one.box[2], one.box[1] + one.box[3]],
                ],
                "group_id": None,
                "shape_type": "rectangle",
                "flags": {},
            }
            for one in _of(name)
            if one.box
        ]
        if name == NAMES[0]:
            shapes.append(
                {
                    "label": "roof",
                    "points": [[5, 5], [15, 5], [10, 12]],
                    "shape_type": "polygon",
                    "flags": {"wet": True},
                }
            )
        content = {
            "version": "5.5.0", "flags": {}, "shapes": shapes, "imagePath": name,
            "imageData": "aGVsbG8=", "imageHeight": SIZE[1], "imageWidth": SIZE[0],
        }  # fmt: skip
        _write(folder / f"{Path(name).stem}.json", content)
    return [*BOXES, Meant(NAMES[0], "roof", "polygon", (5, 5, 10, 7))]


def cvat(folder: Path) -> list[Meant]:
    """`annotations.xml` beside `images/`, as an export of a task."""
    make_images(folder / "images")
    images = []
    for number, name in enumerate(NAMES):
        shapes = [
            f'<box label="{one.class_name}" occluded="0" source="manual" xtl="{one.box[0]}" ytl="{one.box[1]}" '
            f'xbr="{one.box[0] + one.box[2]}" ybr="{one.box[1] + one.box[3]}" z_order="0">'
            '<attribute name="colour">red</attribute></box>'
            for one in _of(name)
            if one.box
        ]
        if number == 0:
            shapes.append(
                '<polygon label="roof" occluded="1" points="5.00,5.00;15.00,5.00;10.00,12.00"/>'
            )
            shapes.append(
                '<mask label="puddle" occluded="0" rle="1, 2, 3" left="4" top="6" width="3" height="2"/>'
            )
            shapes.append('<tag label="rain" source="manual"></tag>')
        images.append(
            f'<image id="{number}" name="{name}" subset="Train" width="{SIZE[0]}" height="{SIZE[1]}">'
            + "".join(shapes)
            + "</image>"
        )
    meta = "<meta><task><name>t</name><size>3</size></task></meta>"
    _write(
        folder / "annotations.xml",
        f'<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version>{meta}{"".join(images)}</annotations>',
    )
    return [
        *BOXES,
        Meant(NAMES[0], "roof", "polygon", (5, 5, 10, 7)),
        Meant(NAMES[0], "puddle", "mask", (5, 6, 2, 1)),
        Meant(NAMES[0], "rain", "classification", None),
    ]


def label_studio(folder: Path) -> list[Meant]:
    """An export beside `images/`, paths as uploads have them."""
    make_images(folder / "images")
    tasks = []
    for number, name in enumerate(NAMES):
        results: list[dict[str, Any]] = [
            {
                "original_width": SIZE[0], "original_height": SIZE[1], "image_rotation": 0, "id": f"r{number}{at}",
                "from_name": "label", "to_name": "image", "type": "rectanglelabels",
                "value": {
                    "x": one.box[0] / SIZE[0] * 100, "y": one.box[1] / SIZE[1] * 100,
                    "width": one.box[2] / SIZE[0] * 100, "height": one.box[3] / SIZE[1] * 100,
                    "rotation": 0, "rectanglelabels": [one.class_name],
                },
            }
            for at, one in enumerate(_of(name))
            if one.box
        ]  # fmt: skip
        tasks.append(
            {
                "id": number + 1,
                "data": {"image": f"/data/upload/1/0a1b2c3d-{name}"},
                "annotations": [{"id": number, "result": results, "was_cancelled": False}],
                "predictions": [],
            }
        )
    _write(folder / "project-1.json", tasks)
    return BOXES


def via(folder: Path) -> list[Meant]:
    """`via_region_data.json` beside the images."""
    make_images(folder)
    images = {}
    for name in NAMES:
        regions = [
            {
                "shape_attributes": {
                    "name": "rect", "x": one.box[0], "y": one.box[1], "width": one.box[2], "height": one.box[3],
                },
                "region_attributes": {"class": one.class_name},
            }
            for one in _of(name)
            if one.box
        ]  # fmt: skip
        images[f"{name}1234"] = {
            "filename": name,
            "size": 1234,
            "regions": regions,
            "file_attributes": {},
        }
    images[f"{NAMES[0]}1234"]["regions"].append(  # type: ignore[attr-defined]
        {
            "shape_attributes": {
                "name": "polygon",
                "all_points_x": [5, 15, 10],
                "all_points_y": [5, 5, 12],
            },
            "region_attributes": {"class": "roof"},
        }
    )
    _write(folder / "via_region_data.json", images)
    return [*BOXES, Meant(NAMES[0], "roof", "polygon", (5, 5, 10, 7))]


def createml(folder: Path) -> list[Meant]:
    """`_annotations.createml.json` in each split, as Roboflow writes it."""
    make_images(folder / "train")
    content = [
        {
            "image": name,
            "annotations": [
                {
                    "label": one.class_name,
                    "coordinates": {
                        "x": one.box[0] + one.box[2] / 2, "y": one.box[1] + one.box[3] / 2,
                        "width": one.box[2], "height": one.box[3],
                    },
                }
                for one in _of(name)
                if one.box
            ],
        }
        for name in NAMES
    ]  # fmt: skip
    _write(folder / "train" / "_annotations.createml.json", content)
    return BOXES


def openimages(folder: Path) -> list[Meant]:
    """Boxes and the names of classes, images by id."""
    make_images(folder / "validation")
    machine = {"car": "/m/0k4j", "traffic light": "/m/015qff"}
    rows = [
        "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside"
    ]
    for one in BOXES:
        assert one.box
        x, y, w, h = one.box
        sides = (x / SIZE[0], (x + w) / SIZE[0], y / SIZE[1], (y + h) / SIZE[1])
        rows.append(
            f"{Path(one.image).stem},xclick,{machine[one.class_name]},1,{','.join(map(repr, sides))},0,1,0,0,0"
        )
    _write(folder / "validation-annotations-bbox.csv", "\n".join(rows) + "\n")
    _write(
        folder / "class-descriptions-boxable.csv", "".join(f"{m},{n}\n" for n, m in machine.items())
    )
    return BOXES


def kitti(folder: Path) -> list[Meant]:
    """`image_2/` and `label_2/`."""
    make_images(folder / "training" / "image_2")
    found = []
    for name in NAMES[:2]:
        lines = []
        for one in _of(name):
            assert one.box
            x, y, w, h = one.box
            word = one.class_name.replace(" ", "_")
            lines.append(
                f"{word} 0.00 0 -1.57 {x} {y} {x + w} {y + h} 1.5 1.6 3.7 1.0 1.5 8.4 -1.56"
            )
            found.append(one._replace(class_name=word))
        _write(folder / "training" / "label_2" / f"{Path(name).stem}.txt", "\n".join(lines) + "\n")
    return found


def dota(folder: Path) -> list[Meant]:
    """`images/` and `labelTxt/`."""
    make_images(folder / "images")
    found = []
    for name in NAMES[:2]:
        lines = ["imagesource:GoogleEarth", "gsd:0.146"]
        for one in _of(name):
            assert one.box
            x, y, w, h = one.box
            word = one.class_name.replace(" ", "-")
            corners = (x, y, x + w, y, x + w, y + h, x, y + h)
            lines.append(" ".join(map(str, corners)) + f" {word} 0")
            found.append(one._replace(class_name=word, kind="oriented_box"))
        _write(folder / "labelTxt" / f"{Path(name).stem}.txt", "\n".join(lines) + "\n")
    return found


def fiftyone(folder: Path) -> list[Meant]:
    """As `FiftyOneDataset` exports it: labels as fiftyone 1.22 writes them."""
    make_images(folder / "data")
    samples = []
    for number, name in enumerate(NAMES):
        sample: dict[str, Any] = {
            "_id": {"$oid": f"6b05f4c66550c25703e5f4{number:02}"}, "filepath": f"data/{name}",
            "tags": ["validation" if number else "train", "good"], "_media_type": "image", "_rand": 0.1,
            "metadata": {"_cls": "ImageMetadata", "size_bytes": 3, "width": SIZE[0], "height": SIZE[1]},
            "created_at": {"$date": "2024-01-02T03:04:05.000Z"}, "speed": number * 1.5,
        }  # fmt: skip
        if _of(name):
            sample["ground_truth"] = {
                "_cls": "Detections",
                "detections": [_detection(one) for one in _of(name)],
            }
        if number == 0:
            sample |= FIFTYONE_FIELDS
            sample["ground_truth"]["detections"].append(FIFTYONE_MASK)
        samples.append(sample)
    _write(folder / "samples.json", {"samples": samples})
    _write(
        folder / "metadata.json",
        {
            "_id": {"$oid": "6b05f4c66550c25703e5f443"}, "name": "t", "version": "1.22.1", "media_type": "image",
            "sample_fields": [], "default_classes": ["car", "traffic light"], "info": {},
            "default_skeleton": {"labels": ["a", "b", "c"], "edges": [[0, 1, 2]]},
        },
    )  # fmt: skip
    return [
        *BOXES,
        Meant(NAMES[0], "dog", "mask", (16, 12, 24, 30)),
        Meant(NAMES[0], "roof", "polygon", (8, 6, 16, 18)),
        Meant(NAMES[0], "face", "keypoints", (8, 12, 16, 12)),
        Meant(NAMES[0], "rain", "classification", None),
    ]


def _detection(one: Meant) -> dict[str, Any]:
    assert one.box
    x, y, w, h = one.box
    return {
        "_id": {"$oid": "6b05f4c66550c25703e5f443"}, "_cls": "Detection", "attributes": {}, "tags": [],
        "label": one.class_name, "bounding_box": [x / SIZE[0], y / SIZE[1], w / SIZE[0], h / SIZE[1]],
    }  # fmt: skip


FIFTYONE_MASK = {
    "_id": {"$oid": "6b05f4c66550c25703e5f444"}, "_cls": "Detection", "attributes": {}, "tags": [],
    "label": "dog", "bounding_box": [0.2, 0.2, 0.3, 0.5],
    "mask": {"$binary": {"base64": "eJyb7BfqGxDJyFDGUK2eklqcXKRupaBek2SorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RrGBjoKRiaaOgq1CmQCLgbSASMYUC4+CkYB1QEAzVYb2w==", "subType": "00"}},
}  # fmt: skip
"""24 x 30 pixels, 18 of them set."""
FIFTYONE_FIELDS = {
    "predictions": {"_cls": "Detections", "detections": [
        {"_cls": "Detection", "attributes": {}, "tags": [], "label": "car", "bounding_box": [0.1, 0.1, 0.3, 0.5], "confidence": 0.7}
    ]},
    "poly": {"_cls": "Polylines", "polylines": [
        {"_cls": "Polyline", "attributes": {}, "tags": [], "label": "roof", "points": [[[0.1, 0.1], [0.3, 0.1], [0.2, 0.4]]], "closed": True, "filled": True}
    ]},
    "kp": {"_cls": "Keypoints", "keypoints": [
        {"_cls": "Keypoint", "attributes": {}, "tags": [], "label": "face", "points": [[0.1, 0.2], [0.3, 0.4], [{"$numberDouble": "NaN"}, {"$numberDouble": "NaN"}]]}
    ]},
    "weather": {"_cls": "Classification", "tags": [], "label": "rain"},
    "loc": {"_cls": "GeoLocation", "tags": [], "point": {"type": "Point", "coordinates": [2.0, 1.0]}},
}  # fmt: skip


def imagefolder(folder: Path) -> list[Meant]:
    """`metadata.jsonl` for each split; classes by number, their names in the README."""
    make_images(folder / "train")
    numbers = ["car", "traffic light"]
    rows = []
    for number, name in enumerate(NAMES):
        boxes = [list(one.box) for one in _of(name) if one.box]
        classes = [numbers.index(one.class_name) for one in _of(name)]
        objects = {"id": list(range(len(boxes))), "bbox": boxes, "categories": classes}
        rows.append(
            {"file_name": name, "text": f"picture {number}", "objects": objects, "speed": 1.5}
        )
    rows[0]["label"] = 1
    _write(
        folder / "train" / "metadata.jsonl",
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows),
    )
    names = "".join(f"            '{number}': {name}\n" for number, name in enumerate(numbers))
    _write(
        folder / "README.md",
        "---\ndataset_info:\n  features:\n  - name: objects\n    sequence:\n    - name: categories\n"
        f"      dtype:\n        class_label:\n          names:\n{names}---\n# Streets\n",
    )
    return [*BOXES, Meant(NAMES[0], "traffic light", "classification", None)]


def croissant(folder: Path) -> list[Meant]:
    """`croissant.json` over a table with columns of its own names."""
    make_images(folder / "pictures")
    rows = ["photo,kind,xmin,ymin,xmax,ymax"]
    for one in BOXES:
        assert one.box
        x, y, w, h = one.box
        rows.append(f"pictures/{one.image},{one.class_name},{x},{y},{x + w},{y + h}")
    _write(folder / "objects.csv", "\n".join(rows) + "\n")

    def field(name: str, *kinds: str) -> dict[str, Any]:
        source = {"fileObject": {"@id": "table"}, "extract": {"column": name}}
        return {
            "@type": "cr:Field",
            "@id": f"objects/{name}",
            "dataType": list(kinds),
            "source": source,
        }

    fields = [field("photo", "sc:ImageObject"), field("kind", "sc:Text", "cr:Label")]
    fields += [field(name, "sc:Float") for name in ("xmin", "ymin", "xmax", "ymax")]
    _write(
        folder / "croissant.json",
        {
            "@context": {"@vocab": "https://schema.org/", "cr": "http://mlcommons.org/croissant/"},
            "@type": "sc:Dataset", "name": "streets", "conformsTo": "http://mlcommons.org/croissant/1.0",
            "distribution": [
                {"@type": "cr:FileObject", "@id": "table", "contentUrl": "objects.csv", "encodingFormat": "text/csv"},
                {"@type": "cr:FileSet", "@id": "images", "includes": "pictures/*"},
            ],
            "recordSet": [{"@type": "cr:RecordSet", "@id": "objects", "field": fields}],
        },
    )  # fmt: skip
    return BOXES


def masks(folder: Path) -> list[Meant]:
    """`images/` and `masks/` with `labelmap.txt`, colours as CVAT exports them."""
    make_images(folder / "images")
    (folder / "masks").mkdir()
    colors = {"car": (250, 50, 83), "traffic light": (51, 221, 255)}
    found = []
    for name in NAMES[:2]:
        drawn = Image.new("RGB", SIZE)
        for one in _of(name):
            assert one.box
            x, y, w, h = (int(side) for side in one.box)
            drawn.paste(colors[one.class_name], (x, y, x + w, y + h))
            found.append(one._replace(kind="mask", box=(x, y, w, h)))
        drawn.save(folder / "masks" / f"{Path(name).stem}.png")
    lines = "".join(f"{name}:{r},{g},{b}::\n" for name, (r, g, b) in colors.items())
    _write(folder / "labelmap.txt", f"# label:color_rgb:parts:actions\nbackground:0,0,0::\n{lines}")
    return found


def tables(folder: Path) -> list[Meant]:
    """`_annotations.csv` in a folder for each split, as Roboflow has it for TensorFlow."""
    make_images(folder / "valid")
    rows = ["filename,width,height,class,xmin,ymin,xmax,ymax"]
    for one in BOXES:
        assert one.box
        x, y, w, h = one.box
        rows.append(f"{one.image},{SIZE[0]},{SIZE[1]},{one.class_name},{x},{y},{x + w},{y + h}")
    _write(folder / "valid" / "_annotations.csv", "\n".join(rows) + "\n")
    return BOXES


MAKERS: dict[str, Callable[[Path], list[Meant]]] = {
    "labelme": labelme,
    "cvat": cvat,
    "label_studio": label_studio,
    "via": via,
    "createml": createml,
    "openimages": openimages,
    "kitti": kitti,
    "dota": dota,
    "fiftyone": fiftyone,
    "tables": tables,
    "imagefolder": imagefolder,
    "croissant": croissant,
    "masks": masks,
}
"""By the name of the format."""
WRITTEN = {
    **{name: name for name in MAKERS if name not in ("tables", "masks")},
    "csv": "tables",
    "parquet": "tables",
    "lvis": "coco",
}
"""Name of what is written -> format that reads it."""
