"""Finds COCO ground-truth files in a folder, and the images they mean.

Known layouts: `annotations/instances_<split>.json` with image folders beside it, `data/` and
`labels.json` (FiftyOne), `<split>/_annotations.coco.json` beside its images (Roboflow), or JSON
files beside the images.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote

from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.folder_names import split_of_file, split_of_folder
from visionlens_jlab.formats.named_images import addresses_in
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.text.json_stream import JsonObjectReader, open_utf8
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Source

LABEL_FOLDERS = ("", "annotations", "labels")
LEARN_FROM = 200
"""Addresses from which the place of the images is learnt."""
PEEK = 1 << 18
"""Bytes read from the beginning of a file to tell what it is."""
_SECTION = re.compile(rb'"(images|annotations|categories)"\s*:\s*[\[{]')
_ELEMENT = re.compile(rb'"(file_name|image_id|category_id|supercategory)"\s*:')
_EXTRA_TASKS = re.compile(r"(person_keypoints|captions|stuff|panoptic|image_info)_")
_TASKS = ("person_keypoints", "panoptic", "stuff", "captions", "image_info")
"""What COCO's other files are about, the most telling first."""
_EMPTY = re.compile(rb'"(images|annotations)"\s*:\s*\[\s*\]')
MEMBERS = 50
"""Members of an object that are walked through in search of a list."""
IMAGE_FOLDERS = ("images", "data", "imgs", "JPEGImages")


class LabelFile(NamedTuple):
    """A ground-truth file: its path in the label source, and the split its name gives."""

    path: str
    split: str | None


class CocoFiles(NamedTuple):
    """The files to read, and those that another one replaces."""

    used: list[LabelFile]
    unused: list[str]


def follow_addresses(request: Request, files: Iterable[LabelFile]) -> list[Issue]:
    """Read images from where the records say, if none lies where they are looked up.

    An item for each file whose addresses may not be read from here.
    """
    if request.images is not None or any(map(is_image, request.files(request.source))):
        return []
    issues = []
    for file in files:
        stated = addresses_in(request.label_source, file.path, LEARN_FROM)
        folders = [one.rpartition("/")[0] for one in stated if request.may_read(one)]
        if folders:
            host = folders[0].split("/")[:3]
            there = [one.split("/") for one in folders if one.split("/")[:3] == host]
            shared = "/".join(posixpath.commonprefix(there))
            request.look_in(shared if request.may_read(shared) else folders[0])
            return []
        if stated:
            message = f"It names images at addresses such as {stated[0][:200]}, which may not be "
            message += "read from here: name the place with images= or within=."
            issues.append(Issue("FILE_REFUSED", "skipped", "other", file.path, message))
    return issues


def find_files(request: Request) -> CocoFiles:
    """COCO ground truth where it usually lies; results lists and other JSON are passed over."""
    if request.labels_file or request.file:
        path = request.labels_file or request.file or ""
        source = request.label_source
        ok = path.lower().endswith(".json") and is_ground_truth(source, path)
        return CocoFiles([_label_file(path)] if ok else [], [])
    source = request.label_source
    paths = [path for path in _candidates(source) if is_ground_truth(source, path)]
    return _without_extra_tasks(source, paths)


def _candidates(source: Source) -> list[str]:
    folders, _ = source.list()
    known = {name.lower() for name in LABEL_FOLDERS[1:]}
    searched = ["", *[n for n in folders if n.lower() in known or split_of_folder(n)]]
    found: list[str] = []
    for folder in searched:
        _, files = source.list(folder)
        found += [entry.path for entry in files if entry.path.lower().endswith(".json")]
    return found


def _without_extra_tasks(source: Source, paths: list[str]) -> CocoFiles:
    # COCO publishes several files about the same images; `instances_*` is the one with objects.
    tasks = {path: _EXTRA_TASKS.match(posixpath.basename(path)) for path in paths}
    plain = [path for path, task in tasks.items() if task is None]
    if any(tasks.values()) and not any(lists_any(source, path, ("annotations",)) for path in plain):
        for wanted in _TASKS:  # the first of them that there is
            found = [path for path, task in tasks.items() if task and task.group(1) == wanted]
            if found:
                plain = found
                break
    unused = [path for path in paths if path not in plain]
    return CocoFiles([_label_file(path) for path in plain], unused)


def lists_any(
    source: Source, path: str, lists: tuple[str, ...] = ("images", "annotations")
) -> bool:
    """Whether a file has one of these lists with something in it."""
    try:
        with open_utf8(source.open(path)) as file:
            reader = JsonObjectReader(file)
            for key, _ in reader.members():
                first = reader.next_byte()
                if key not in lists or first not in (ord("{"), ord("[")):
                    continue
                if first == ord("{") or any(reader.elements()):
                    return True
            return False
    except ValueError:
        return True  # it breaks off: that is told when it is read


def _label_file(path: str) -> LabelFile:
    folder, _, name = path.rpartition("/")
    inner = folder.rpartition("/")[2]
    return LabelFile(path, split_of_file(name.rpartition(".")[0]) or split_of_folder(inner))


def is_ground_truth(source: Source, path: str) -> bool:
    """Whether the file begins like a COCO object with images or annotations."""
    try:
        with open_utf8(source.open(path)) as file:
            head = file.read(PEEK)
    except ValueError:  # neither UTF-8 nor what its first bytes promise
        return False
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start != b"{":
        return False
    if len(head) == PEEK and not _tells(head):
        return _holds_lists(source, path)
    return _tells(head)


def _tells(head: bytes) -> bool:
    """Whether a beginning shows lists and elements as COCO has them."""
    if _SECTION.search(head) is None:
        return False
    return _EMPTY.search(head) is not None or _ELEMENT.search(head) is not None


def _holds_lists(source: Source, path: str) -> bool:
    """Whether one of a file's first members is a list of images or annotations.

    Something else may come before them, in LVIS categories that tell nothing.
    """
    try:
        with open_utf8(source.open(path)) as file:
            offsets = (
                offset
                for key, offset in islice(JsonObjectReader(file).members(), MEMBERS)
                if key in ("images", "annotations")
            )
            offset = next(offsets, None)
            if offset is None:
                return False
            file.seek(offset)
            return _ELEMENT.search(file.read(PEEK)) is not None
    except ValueError:
        return False


class ImageResolver:
    """Turns the `file_name` of a COCO image into a path of the image source.

    Parameters
    ----------
    files : dict
        Path -> bytes of every file of the image source.
    label_path : str
        The label file's path in the same source (or '' when it lies elsewhere).
    names : iterable of str
        The first file names, to learn which folder they are relative to.
    split : str, optional
        Of the label file: folders of that split are its own.
    """

    def __init__(
        self,
        files: dict[str, int],
        label_path: str,
        names: Iterable[str],
        split: str | None = None,
    ) -> None:
        self._files = files
        self._ranks = _bases(files, label_path, split)
        self._bases = self._ordered(names)
        self._usual = f"{self._bases[0]}/" if self._bases[0] else ""
        rank = self._ranks[self._bases[0]]
        same = [base for base in self._bases[1:] if self._ranks[base] == rank]
        self._rivals = same if rank >= _ANY else []
        """Folders that are as good as the first one."""
        self._names: set[str] | None = None
        self._by_name: dict[str, list[str]] | None = None

    def resolve(self, name: str) -> tuple[str, bool]:
        """(path, whether it was only found by its name); the path may not exist."""
        usual = self._usual + name
        if usual in self._files:
            return usual, False
        if self._names is None:
            self._names = {path.rpartition("/")[2] for path in self._files}
        plain = name.replace("\\", "/")
        likely = self._bases if posixpath.basename(plain.rstrip("/")) in self._names else ()
        for base in likely:
            path = posixpath.normpath(posixpath.join(base, plain)).lstrip("/")
            if path in self._files:
                return path, False
        for spelling in dict.fromkeys((plain, unquote(plain) if "%" in plain else plain)):
            same = self._same_name(spelling)
            if same is not None:
                return same, True
        return self.missing(name), False

    def missing(self, name: str) -> str:
        """The path under which an image that is not there is known."""
        plain = name.replace("\\", "/").lstrip("/")
        path = posixpath.normpath(posixpath.join(self._bases[0], plain))
        return plain if path.startswith("..") else path

    def rivals(self, path: str, name: str) -> list[str]:
        """Other images that a name found at `path` may mean as well."""
        if not self._rivals or not path.startswith(self._usual):
            return []
        plain = name.replace("\\", "/")
        others = [posixpath.normpath(posixpath.join(base, plain)) for base in self._rivals]
        return [other for other in others if other in self._files and other != path]

    def _ordered(self, names: Iterable[str]) -> list[str]:
        """The folders: those that hold at least half as many names as the best, by rank."""
        wanted = [name.replace("\\", "/") for name in names]
        hits = {
            base: sum(posixpath.normpath(posixpath.join(base, n)) in self._files for n in wanted)
            for base in self._ranks
        }
        enough = max(hits.values()) / 2
        return sorted(hits, key=lambda base: (hits[base] < enough, self._ranks[base], -hits[base]))

    def _same_name(self, name: str) -> str | None:
        """The image of that name, in any case and Unicode form, with any suffix if it has none.

        Of several the one with most of the folders before it in common.
        """
        if self._by_name is None:
            self._by_name = {}
            for path in filter(is_image, self._files):
                key = _folded(posixpath.basename(path))
                self._by_name.setdefault(key, []).append(path)
                self._by_name.setdefault(key.rpartition(".")[0], []).append(path)
        if not self._by_name:
            return None
        wanted = _folded(name).split("/")
        found = self._by_name.get(wanted[-1], [])
        if len(found) < 2:
            return found[0] if found else None
        common = {path: _common_end(_folded(path).split("/"), wanted) for path in found}
        most = max(common.values())
        best = [path for path in found if common[path] == most]
        return best[0] if len(best) == 1 else None


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _common_end(one: list[str], other: list[str]) -> int:
    """Number of last parts that are equal."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


_OWN, _IMAGES, _ANY = 0, 1, 2


def _bases(files: dict[str, int], label_path: str, split: str | None) -> dict[str, int]:
    """Folders that names may be relative to, in order, with their rank.

    The label file's own ones, those called `images` or the like, and any other that holds images.
    """
    folder, _, name = label_path.rpartition("/")
    part = re.split(r"[_.]", name.rpartition(".")[0])[-1]  # instances_train2017 -> train2017
    above = posixpath.dirname(folder)
    own = [folder, above, "", part, f"images/{part}"]
    images = [
        posixpath.join(base, inner) for base in ("", folder, above) for inner in IMAGE_FOLDERS
    ]
    holding = Counter(path.rpartition("/")[0] for path in files if is_image(path))
    ranks = dict.fromkeys(own, _OWN)
    for base in images:
        ranks.setdefault(base, _IMAGES)
    for base, _ in holding.most_common(20):
        of_split = split is not None and split_of_folder(posixpath.basename(base)) == split
        ranks.setdefault(base, _IMAGES if of_split else _ANY)
    return ranks
