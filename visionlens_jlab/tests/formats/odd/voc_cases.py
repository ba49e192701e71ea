"""Odd Pascal VOC datasets: places, splits, XML. Images are 40 x 30."""

from __future__ import annotations

from pathlib import Path

from visionlens_jlab.tests.formats.odd.cases import Cases, Check
from visionlens_jlab.tests.formats.writers import voc_object, voc_xml, write_image, write_text
from visionlens_jlab.tests.jobs.ingest_context import Ingested

CASES = Cases("voc", format="voc")
DOG = voc_object("dog", (1, 2.5, 11, 22))
BOX = (1.0, 2.5, 10.0, 19.5)
ONE = {"images": 1, "annotations": 1, "boxes": [BOX]}


def put(folder: Path, name: str, objects: str = DOG, **more: str) -> None:
    """JPEGImages/<name>.png and Annotations/<name>.xml, or what `more` says."""
    write_image(folder / more.get("image", f"JPEGImages/{name}.png"))
    xml = more.get("xml") or voc_xml(more.get("filename", f"{name}.png"), objects)
    write_text(folder / more.get("label", f"Annotations/{name}.xml"), xml)


def raw(folder: Path, data: bytes) -> None:
    """One image, and these bytes as its XML file."""
    write_image(folder / "JPEGImages" / "a.png")
    write_text(folder / "Annotations" / "a.xml", "").write_bytes(data)


def has_splits(**wanted: str | None) -> Check:
    def check(found: Ingested) -> None:
        assert {Path(r["path"]).stem: r["split"] for r in found.samples} == wanted

    return check


def has_classes(*names: str | None) -> Check:
    def check(found: Ingested) -> None:
        assert [row["class"] for row in found.annotations] == list(names)

    return check


def lists(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        write_text(folder / "ImageSets" / "Main" / f"{name}.txt", text)


# ---- which file belongs to which image ----


@CASES.add("images and xml in one folder", **ONE)
def _(folder: Path) -> None:
    put(folder, "a", image="a.png", label="a.xml")


@CASES.add("xml in a folder of any name", **ONE)
def _(folder: Path) -> None:
    put(folder, "a", image="pictures/a.png", label="marks/a.xml")


@CASES.add("a set within a set", **ONE, check=has_splits(a="val"))
def _(folder: Path) -> None:
    put(folder / "VOCdevkit" / "VOC2012", "a")
    lists(folder / "VOCdevkit" / "VOC2012", val="a\n")


@CASES.add("two years with the same names", images=2, annotations=2)
def _(folder: Path) -> None:
    for year, split in (("VOC2007", "train"), ("VOC2012", "test")):
        put(folder / year, "000001")
        lists(folder / year, **{split: "000001\n"})


@CASES.add("split folders", images=2, annotations=2, check=has_splits(a="train", b="val"))
def _(folder: Path) -> None:
    put(folder, "a", image="train/a.png", label="train/a.xml")
    put(folder, "b", image="valid/b.png", label="valid/b.xml")


@CASES.add("a file name without suffix, and with dots", **ONE)
def _(folder: Path) -> None:
    put(
        folder, "a", image="JPEGImages/shot.1.2.png", label="Annotations/x.xml", filename="shot.1.2"
    )


@CASES.add("a file name with another suffix", **ONE)
def _(folder: Path) -> None:
    put(folder, "a", label="Annotations/x.xml", filename="a.jpg")


@CASES.add("a windows path in path and file name", **ONE)
def _(folder: Path) -> None:
    text = voc_xml("..\\pics\\a.png", DOG, extra="<path>C:\\Users\\me\\pics\\a.png</path>")
    put(folder, "a", label="Annotations/0001.xml", xml=text)


@CASES.add("no file name at all", **ONE)
def _(folder: Path) -> None:
    put(folder, "a", xml=f"<annotation>{DOG}</annotation>")


@CASES.add("names in other scripts, spaces, capitals", images=2, annotations=2)
def _(folder: Path) -> None:
    put(folder, "größe 1", label="Annotations/gro\u0308ße 1.XML")
    put(folder, "IMG_1", label="Annotations/img_1.xml", filename="img_1.png")


@CASES.add("two images of one name", images=2, annotations=1, codes={"IMAGE_WITHOUT_LABELS": 1})
def _(folder: Path) -> None:
    put(folder, "a")
    write_image(folder / "JPEGImages" / "a.jpg")


@CASES.add(
    "xml without image, image without xml",
    images=2,
    annotations=1,
    codes={"LABEL_WITHOUT_IMAGE": 1, "ANNOTATION_WITHOUT_IMAGE": 2, "IMAGE_WITHOUT_LABELS": 1},
    params={"labels_only": False},
)
def _(folder: Path) -> None:
    put(folder, "a")
    write_image(folder / "JPEGImages" / "b.png")
    write_text(folder / "Annotations" / "c.xml", voc_xml("c.png", DOG + DOG))


@CASES.add("no image at all", error="DIR_EMPTY", params={"labels_only": False})
def _(folder: Path) -> None:
    write_text(folder / "Annotations" / "c.xml", voc_xml("c.png", DOG))


# ---- ImageSets ----


@CASES.add(
    "lists overlap and name what is not there",
    images=2,
    annotations=2,
    codes={"DUPLICATE_IMAGE": 1, "SPLIT_ENTRY_MISSING": 2},
    check=has_splits(a="train", b="val"),
)
def _(folder: Path) -> None:
    put(folder, "a")
    put(folder, "b")
    lists(folder, train="a\ngone\n", val="\ufeffa\r\nb\r\n", trainval="a\nb\nlost\n", test="lost\n")


@CASES.add(
    "lists of single classes only", images=2, annotations=2, check=has_splits(a="train", b="val")
)
def _(folder: Path) -> None:
    put(folder, "a")
    put(folder, "b")
    lists(
        folder, dog_train="a  1\n", dog_val="b -1\n", dog_trainval="a 1\nb -1\n", cat_train="a 0\n"
    )


@CASES.add("lists with suffixes and folders", **ONE, check=has_splits(a="test"))
def _(folder: Path) -> None:
    put(folder, "a")
    lists(folder, test="JPEGImages/a.png\n")


@CASES.add("lists of segmentation only", **ONE, check=has_splits(a="val"))
def _(folder: Path) -> None:
    put(folder, "a")
    write_text(folder / "ImageSets" / "Segmentation" / "val.txt", "a\n")


# ---- XML ----


@CASES.add("a namespace", **ONE)
def _(folder: Path) -> None:
    text = voc_xml("a.png", DOG)
    put(folder, "a", xml=text.replace("<annotation>", '<annotation xmlns="http://x.org/v">', 1))


@CASES.add("tags in capitals", **ONE)
def _(folder: Path) -> None:
    text = voc_xml("a.png", DOG)
    for word in ("annotation", "object", "bndbox", "xmin", "name>"):
        text = text.replace(word, word.upper())
    put(folder, "a", xml=text)


@CASES.add("latin-1, as declared", **ONE, check=has_classes("Löwe"))
def _(folder: Path) -> None:
    text = voc_xml("a.png", DOG.replace("dog", "Löwe"))
    raw(folder, f'<?xml version="1.0" encoding="ISO-8859-1"?>{text}'.encode("latin-1"))


@CASES.add(
    "latin-1, declared as UTF-8", **ONE, codes={"LABEL_FILE_REPAIRED": 1}, check=has_classes("Löwe")
)
def _(folder: Path) -> None:
    text = voc_xml("a.png", DOG.replace("dog", "Löwe"))
    raw(folder, f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode("latin-1"))


@CASES.add("UTF-16 with a byte order mark", **ONE, check=has_classes("犬"))
def _(folder: Path) -> None:
    text = voc_xml("a.png", DOG.replace("dog", "犬"))
    raw(folder, f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16"))


@CASES.add("GB2312", **ONE, codes={"LABEL_FILE_REPAIRED": 1}, check=has_classes("狗"))
def _(folder: Path) -> None:
    text = voc_xml("a.png", DOG.replace("dog", "狗"))
    raw(folder, f'<?xml version="1.0" encoding="gb2312"?>{text}'.encode("gb2312"))


@CASES.add("UTF-8 with a byte order mark", **ONE)
def _(folder: Path) -> None:
    raw(folder, f'\ufeff<?xml version="1.0"?>\n{voc_xml("a.png", DOG)}'.encode())


@CASES.add("blank lines before the declaration", **ONE, codes={"LABEL_FILE_REPAIRED": 1})
def _(folder: Path) -> None:
    raw(folder, f'\r\n <?xml version="1.0"?>{voc_xml("a.png", DOG)}'.encode())


@CASES.add(
    "a bare ampersand", **ONE, codes={"LABEL_FILE_REPAIRED": 1}, check=has_classes("cat & dog")
)
def _(folder: Path) -> None:
    put(folder, "a", DOG.replace("dog", "cat & dog"))


@CASES.add(
    "an end that is missing", **ONE, codes={"LABEL_FILE_REPAIRED": 1, "ANNOTATION_INVALID": 1}
)
def _(folder: Path) -> None:
    raw(folder, voc_xml("a.png", DOG + DOG)[:-60].encode())


@CASES.add("a document type without entities", **ONE)
def _(folder: Path) -> None:
    raw(folder, f"<!DOCTYPE annotation>{voc_xml('a.png', DOG)}".encode())


@CASES.add("entities are refused", images=2, annotations=1, codes={"LABEL_FILE_INVALID": 1})
def _(folder: Path) -> None:
    put(folder, "b")
    bomb = '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z SYSTEM "file:///etc/passwd">]>'
    raw(folder, (bomb + voc_xml("a.png", DOG.replace("dog", "&x;&z;"))).encode())


@CASES.add("files that are none", images=5, annotations=1, codes={"LABEL_FILE_INVALID": 4})
def _(folder: Path) -> None:
    put(folder, "ok")
    for number, text in enumerate(("", "   ", "<html/>", "\0\0\0")):
        put(folder, f"a{number}", xml=text or " ")


@CASES.add("an annotation within another root", **ONE)
def _(folder: Path) -> None:
    put(folder, "a", xml=f"<annotations>{voc_xml('a.png', DOG)}</annotations>")


@CASES.add("no size, and sizes of nothing", images=3, annotations=3, boxes=[BOX] * 3)
def _(folder: Path) -> None:
    put(folder, "a", xml=voc_xml("a.png", DOG, size=None))
    put(folder, "b", xml=voc_xml("b.png", DOG, size=(0, 0)))
    put(folder, "c", xml=voc_xml("c.png", DOG).replace("40", "wide").replace("30", ""))


@CASES.add(
    "a size that is not the image's",
    **ONE,
    codes={"SIZE_MISMATCH": 1},
    params={"labels_only": False},
)
def _(folder: Path) -> None:
    put(folder, "a", xml=voc_xml("a.png", DOG, size=(80, 60)))
