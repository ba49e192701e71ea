"""Images that label files name, for places that cannot be listed.

Whatever the format, a name is a text that ends as image files do. Where names begin is learnt from
a few of them, then all are looked up at once.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from itertools import islice

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.folder_names import split_of_file
from visionlens_jlab.formats.text.json_stream import open_utf8
from visionlens_jlab.media.headers import IMAGE_SUFFIXES
from visionlens_jlab.media.sources import Entry, Source, Unlisted

_PLAIN = re.compile(r"https?://[^?#@%\\/]+/[^?#@%\\]+$")
TEXTS = (".json", ".jsonl", ".ndjson", ".csv", ".xml", ".txt")
FOLDERS = ("", "images", "data", "imgs", "JPEGImages")
TRIED = 8
"""Names that are looked up in every folder that they may be relative to."""
BLOCK = 1 << 20
LONGEST = 2_000
_SUFFIXES = "|".join(re.escape(one[1:]) for one in sorted(IMAGE_SUFFIXES, reverse=True)).encode()
_IN_JSON = re.compile(rb'"([^"\r\n]{1,%d}\.(?:%s))"' % (LONGEST, _SUFFIXES), re.IGNORECASE)
_ELSEWHERE = re.compile(
    rb'(?<![^"<>,;\t\r\n|])([^"<>,;\t\r\n|]{1,%d}\.(?:%s))(?=["<>,;\t\r\n|])'
    % (LONGEST, _SUFFIXES),
    re.IGNORECASE,
)
_ENDS = (b'"', b"<", b">", b",", b";", b"\t", b"\n", b"|")


def named_images(
    source: Unlisted, location: str, labels: Source, files: Iterable[str], *, beside: bool
) -> dict[str, Entry]:
    """The images that are there, by their paths below `location`.

    Parameters
    ----------
    files : iterable of str
        Label files in `labels`.
    beside : bool
        Whether these lie at the same location.
    """
    found: dict[str, Entry] = {}
    for path in files:
        names = list(dict.fromkeys(names_in(labels, path)))
        below = [
            one.removeprefix(f"{location}/") for one in names if one.startswith(f"{location}/")
        ]
        plain = [one for one in names if "://" not in one]
        found |= _relative(source, plain, path if beside else "", path)
        known = {posixpath.basename(one) for one in found}
        left = [one for one in below if posixpath.basename(one) not in known]
        found |= source.look_up(left)
    return found


def addresses_in(labels: Source, path: str, most: int) -> list[str]:
    """The first addresses of images that a label file states; of plain ones, without a query."""
    plain = (name for name in names_in(labels, path) if _PLAIN.match(name))
    return list(islice(plain, most))


def names_in(labels: Source, path: str) -> Iterator[str]:
    """Texts of a label file that end as image files do."""
    suffix = posixpath.splitext(path)[1].lower()
    if suffix not in TEXTS:
        return
    pattern = _IN_JSON if "js" in suffix else _ELSEWHERE
    try:
        with open_utf8(labels.open(path)) as file:
            rest = b""
            while block := file.read(BLOCK):
                text = rest + block
                end = max(0, *(text.rfind(one) for one in _ENDS))
                yield from (_plain(m.group(1), suffix) for m in pattern.finditer(text))
                rest = text[end:][-BLOCK:]
            yield from (_plain(m.group(1), suffix) for m in pattern.finditer(rest + b"\n"))
    except ValueError:
        return  # the format says what is wrong with it


def _plain(name: bytes, suffix: str) -> str:
    text = name.decode("utf-8", "replace")
    if "js" in suffix and "\\" in text:
        try:
            text = json.loads(f'"{text}"')
        except ValueError:
            return text
    elif suffix == ".xml":
        text = unescape(text)
    return text.strip().replace("\\", "/")


def _relative(source: Unlisted, names: Sequence[str], path: str, file: str) -> dict[str, Entry]:
    """Images of names relative to one of the folders that go with a label file."""
    if not names:
        return {}
    tried = names[:: max(1, len(names) // TRIED)][:TRIED]
    most, best = 0, next(iter(_bases(path, file)))
    for base in _bases(path, file):
        hits = len(_there(source, [_joined(base, name) for name in tried]))
        if hits > most:
            most, best = hits, base
        if most == len(tried):
            break
    return source.look_up(list(dict.fromkeys(_joined(best, name) for name in names)))


def _there(source: Unlisted, paths: Sequence[str]) -> list[str]:
    try:
        return [path for path, entry in source.look_up(paths).items() if entry.bytes]
    except VisionLensError as error:
        if error.code != "PERMISSION_DENIED":
            raise
        return []  # some storages say so of what is not there


def _bases(path: str, file: str) -> dict[str, None]:
    folder = posixpath.dirname(path)
    stem = posixpath.splitext(posixpath.basename(file))[0]
    part = re.split(r"[_.]", stem)[-1]  # instances_val2017 -> val2017
    inner = [*FOLDERS, *([part, f"images/{part}"] if split_of_file(stem) else [])]
    above = dict.fromkeys((folder, posixpath.dirname(folder), ""))
    return dict.fromkeys(posixpath.join(base, one).rstrip("/") for base in above for one in inner)


def _joined(base: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(base, name.lstrip("/")))
