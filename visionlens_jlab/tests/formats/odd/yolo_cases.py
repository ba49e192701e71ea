"""Odd YOLO datasets: places, dataset files and label files. Images are 40 x 30."""

from __future__ import annotations

from pathlib import Path

from visionlens_jlab.tests.formats.odd.cases import Cases, Check
from visionlens_jlab.tests.formats.writers import write_image, write_text
from visionlens_jlab.tests.jobs.ingest_context import Ingested

CASES = Cases("yolo", format="yolo")
LINE = "0 0.5 0.5 0.5 0.5\n"
BOX = (10.0, 7.5, 20.0, 15.0)
ONE = {"images": 1, "annotations": 1, "boxes": [BOX]}
NAMES = "names: [cat, dog]\n"


def image(path: Path) -> None:
    """Also with a suffix that Pillow does not know in this case."""
    write_image(path.with_suffix(".png"))
    path.with_suffix(".png").rename(path)


def put(folder: Path, image_path: str, label: str | bytes | None = LINE, text: str = "") -> None:
    """An image and, where given, its label file; by default beside each other in images/labels."""
    image(_made(folder / image_path))
    if label is not None:
        target = folder / (text or str(Path(image_path.replace("images", "labels"))))
        content = label if isinstance(label, bytes) else label.encode()
        _made(target if text else target.with_suffix(".txt")).write_bytes(content)


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def has_splits(**paths: str | None) -> Check:
    def check(found: Ingested) -> None:
        splits = {Path(row["path"]).stem: row["split"] for row in found.samples}
        assert splits == paths

    return check


def has_classes(*names: str) -> Check:
    def check(found: Ingested) -> None:
        assert [row["class"] for row in found.annotations] == list(names)

    return check


# ---- paths of data.yaml ----


def _two_splits(folder: Path) -> None:
    put(folder, "images/train/a.png")
    put(folder, "images/val/b.png")


TWO = {"images": 2, "annotations": 2, "check": has_splits(a="train", b="val")}


@CASES.add("path is empty", **TWO)
def _(folder: Path) -> None:
    _two_splits(folder)
    write_text(folder / "data.yaml", f"path:\ntrain: images/train\nval: images/val\n{NAMES}")


@CASES.add("path is absolute and right", **TWO)
def _(folder: Path) -> None:
    _two_splits(folder)
    text = f"path: {folder}\ntrain: images/train/\nval: ./images/val\n{NAMES}"
    write_text(folder / "data.yaml", text)


@CASES.add("path is as seen from the folder of datasets", **TWO)
def _(folder: Path) -> None:
    _two_splits(folder)
    text = f"path: ../{folder.name}\ntrain: images/train\nval: images/val\n{NAMES}"
    write_text(folder / "data.yaml", text)


@CASES.add("path and splits are those of another machine", **TWO)
def _(folder: Path) -> None:
    _two_splits(folder)
    text = "path: C:\\sets\\mine\ntrain: D:\\sets\\mine\\images\\train\n"
    write_text(folder / "data.yaml", f"{text}val: /mnt/x/mine/images/val\n{NAMES}")


@CASES.add("the yaml file lies apart from the images", **TWO)
def _(folder: Path) -> Path:
    _two_splits(folder / "datasets" / "mine")
    text = f"path: ../datasets/mine\ntrain: images/train\nval: images/val\n{NAMES}"
    return write_text(folder / "project" / "mine.yaml", text)


@CASES.add("splits are absolute paths to different folders", **TWO)
def _(folder: Path) -> Path:
    put(folder / "one", "images/a.png")
    put(folder / "two", "images/b.png")
    text = f"train: {folder}/one/images\nval: ['{folder}/two/images']\n{NAMES}"
    return write_text(folder / "project" / "mine.yaml", text)


@CASES.add(
    "a folder outside what may be read is refused",
    images=1,
    annotations=1,
    codes={"SPLIT_MISSING": 1},
    within=("project",),
)
def _(folder: Path) -> Path:
    put(folder / "elsewhere", "pictures/a.png")
    put(folder / "project", "images/b.png")
    text = f"train: {folder}/elsewhere/pictures\n{NAMES}"
    return write_text(folder / "project" / "mine.yaml", text)


@CASES.add("lists of images beside an outside yaml", **TWO)
def _(folder: Path) -> Path:
    _two_splits(folder / "coco")
    write_text(folder / "coco" / "train.txt", "./images/train/a.png\n")
    write_text(folder / "coco" / "val.txt", f"{folder}/coco/images/val/b.png\n")
    text = f"path: {folder}/coco\ntrain: train.txt\nval: val.txt\n{NAMES}"
    return write_text(folder / "project" / "coco.yaml", text)


@CASES.add("a list with windows separators and a byte order mark", **ONE)
def _(folder: Path) -> None:
    put(folder, "images/sub/a.png")
    write_text(folder / "list.txt", "\ufeff.\\images\\sub\\a.png\r\n\r\n# end\r\n")
    write_text(folder / "data.yaml", f"train: list.txt\n{NAMES}")


@CASES.add(
    "a list of another machine with a missing image",
    images=1,
    annotations=1,
    codes={"IMAGE_PATH_REPAIRED": 1, "IMAGE_MISSING": 1},
)
def _(folder: Path) -> None:
    put(folder, "images/a.png")
    lines = "/home/x/sets/images/a.png\nE:\\sets\\images\\gone.png\n"
    write_text(folder / "train.txt", lines)
    write_text(folder / "data.yaml", f"train: train.txt\n{NAMES}")


@CASES.add("splits overlap", images=2, annotations=2, codes={"DUPLICATE_IMAGE": 1})
def _(folder: Path) -> None:
    _two_splits(folder)
    write_text(folder / "data.yaml", f"train: images\nval: images/val\n{NAMES}")


@CASES.add(
    "a missing split, and images in no split",
    images=1,
    annotations=1,
    codes={"SPLIT_MISSING": 1, "IMAGE_UNLISTED": 1, "LABELS_UNREAD": 1},
)
def _(folder: Path) -> None:
    _two_splits(folder)
    write_text(folder / "data.yaml", f"train: images/train\ntest: images/test\n{NAMES}")


@CASES.add("no split is stated", **TWO)
def _(folder: Path) -> None:
    _two_splits(folder)
    write_text(folder / "data.yaml", NAMES)


@CASES.add("the yaml file is one folder down", **TWO)
def _(folder: Path) -> None:
    put(folder, "set/train/images/a.png")
    put(folder, "set/valid/images/b.png")
    text = f"train: ../train/images\nval: ../valid/images\n{NAMES}"
    write_text(folder / "set" / "data.yaml", text)


@CASES.add("a folder that is a link to another place", **ONE)
def _(folder: Path) -> Path:
    put(folder / "store", "images/a.png", None)
    home = folder / "home"
    write_text(home / "labels" / "train" / "a.txt", LINE)
    (home / "images").mkdir()
    (home / "images" / "train").symlink_to(folder / "store" / "images")
    write_text(home / "data.yaml", f"train: images/train\n{NAMES}")
    return home


@CASES.add("links inside the dataset", **TWO)
def _(folder: Path) -> None:
    put(folder, "all/a.png", None)
    put(folder, "all/b.png", None)
    for split, name in (("train", "a"), ("val", "b")):
        link = _made(folder / "images" / split / f"{name}.png")
        link.symlink_to(folder / "all" / f"{name}.png")
        write_text(folder / "labels" / split / f"{name}.txt", LINE)
    (folder / "all").rename(folder / ".all")
    for split, name in (("train", "a"), ("val", "b")):
        link = folder / "images" / split / f"{name}.png"
        link.unlink()
        link.symlink_to(folder / ".all" / f"{name}.png")


@CASES.add("paths no system allows", **ONE, codes={"SPLIT_MISSING": 3, "CONFIG_INVALID": 1})
def _(folder: Path) -> None:
    put(folder, "images/a.png")
    text = f"train = images/\0\nvalid = {'x' * 5000}\ntest = /{'y/' * 3000}\nnames = {'z' * 999}\n"
    write_text(folder / "obj.data", text.replace("images/", "nothing"))


@CASES.add(
    "labels that lead outside", images=1, codes={"IMAGE_WITHOUT_LABELS": 1, "FILE_REFUSED": 2}
)
def _(folder: Path) -> Path:
    put(folder / "home", "images/a.png", None)
    write_text(folder / "store" / "a.txt", LINE)
    write_text(folder / "names", "cat")
    (folder / "home" / "labels").symlink_to(folder / "store")
    (folder / "home" / "classes.txt").symlink_to(folder / "names")
    write_text(folder / "home" / "data.yaml", "train: images\nnames: classes.txt\n")
    return folder / "home"


# ---- class names ----


@CASES.add(
    "names that YAML reads as something else",
    images=1,
    annotations=4,
    check=has_classes("no", "012", "1e3", "3"),
)
def _(folder: Path) -> None:
    put(folder, "images/a.png", "".join(f"{n} 0.5 0.5 0.5 0.5\n" for n in range(4)))
    write_text(folder / "data.yaml", "train: images\nnames: [no, 012, 1e3, ~]\n")


@CASES.add(
    "names as a mapping with a gap",
    images=1,
    annotations=2,
    check=has_classes("dog", "1"),
    codes={"CLASS_UNKNOWN": 1},
)
def _(folder: Path) -> None:
    put(folder, "images/a.png", "2 0.5 0.5 0.5 0.5\n1 0.5 0.5 0.5 0.5\n")
    write_text(folder / "data.yaml", "train: images\nnames: {0: cat, 2: dog}\n")


@CASES.add("names the wrong way round", **ONE, check=has_classes("cat"))
def _(folder: Path) -> None:
    put(folder, "images/a.png")
    write_text(folder / "data.yaml", "train: images\nnames:\n  cat: 0\n  dog: 1\n")


@CASES.add(
    "one name twice",
    images=1,
    annotations=2,
    codes={"CLASS_DUPLICATE": 1, "VALUE_INVALID": 1},
    check=has_classes("cat", "cat"),
)
def _(folder: Path) -> None:
    put(folder, "images/a.png", LINE + "2 0.5 0.5 0.5 0.5\n")
    write_text(folder / "data.yaml", "train: images\nnc: 2\nnames: [cat, dog, cat]\n")


@CASES.add(
    "only a number of classes",
    images=1,
    annotations=2,
    codes={"CLASS_UNKNOWN": 1},
    check=has_classes("1", "2"),
)
def _(folder: Path) -> None:
    put(folder, "images/a.png", "1 0.5 0.5 0.5 0.5\n2 0.5 0.5 0.5 0.5\n")
    write_text(folder / "data.yaml", "train: images\nnc: 2\n")


@CASES.add("no class file", **ONE, check=has_classes("0"))
def _(folder: Path) -> None:
    put(folder, "images/a.png")


@CASES.add(
    "classes.txt with blank and windows lines", images=1, annotations=1, check=has_classes("dog")
)
def _(folder: Path) -> None:
    put(folder, "a.png", "1 0.5 0.5 0.5 0.5\n")
    write_text(folder / "classes.txt", "\ufeffcat\r\ndog \r\n\r\n")


@CASES.add("a broken yaml file", **ONE, codes={"CONFIG_INVALID": 1})
def _(folder: Path) -> None:
    put(folder, "images/a.png")
    write_text(folder / "data.yaml", "names: [cat\ntrain:\timages\n")


@CASES.add("a yaml file with a program in it", **ONE, codes={"CONFIG_INVALID": 1})
def _(folder: Path) -> None:
    put(folder, "images/a.png")
    text = "names: !!python/object/apply:os.system ['touch pwned']\ntrain: images\n"
    write_text(folder / "data.yaml", text)


@CASES.add("a yaml file named that is broken", error="LABELS_INVALID")
def _(folder: Path) -> Path:
    put(folder, "images/a.png")
    return write_text(folder / "data.yaml", "names: !!python/name:os.system\n")


@CASES.add("a yaml file of aliases without end", **ONE, codes={"CONFIG_INVALID": 1})
def _(folder: Path) -> None:
    put(folder, "images/a.png")
    rows = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for one, next_one in zip("abcdefgh", "bcdefghi", strict=True):
        rows.append(f"{next_one}: &{next_one} [{', '.join([f'*{one}'] * 9)}]")
    write_text(folder / "data.yaml", "\n".join([*rows, "names: *i\n"]))


@CASES.add("a huge yaml file", **ONE, codes={"CONFIG_INVALID": 1})
def _(folder: Path) -> None:
    put(folder, "images/a.png")
    write_text(folder / "data.yaml", "train: images\n" + "# filler\n" * 1_000_000)


@CASES.add("darknet's obj.data", **TWO)
def _(folder: Path) -> None:
    for name in "ab":
        put(folder, f"obj_train_data/{name}.png", text=f"obj_train_data/{name}.txt")
    write_text(folder / "obj.names", "cat\ndog\n")
    write_text(folder / "train.txt", "obj_train_data/a.png\n")
    write_text(folder / "valid.txt", "obj_train_data/b.png\n")
    text = "classes = 2\ntrain = train.txt\nvalid = valid.txt\nnames = data/obj.names\n"
    write_text(folder / "obj.data", text + "backup = backup/\n")


@CASES.add(
    "darknet's paths from where it was started",
    **ONE,
    codes={"IMAGE_PATH_REPAIRED": 1},
    check=has_classes("cat"),
)
def _(folder: Path) -> None:
    put(folder, "obj_train_data/a.png", text="obj_train_data/a.txt")
    write_text(folder / "obj.names", "cat\n")
    write_text(folder / "train.txt", "data/obj_train_data/a.png\n")
    write_text(folder / "obj.data", "classes=1\ntrain=data/train.txt\nnames=data/obj.names\n")
