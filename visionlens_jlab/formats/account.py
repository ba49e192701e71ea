"""Every file of the folders that are read: taken by the format, named by it, or left over.

What is left over is named in the report with what it seems to be, so that nothing vanishes.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from visionlens_jlab.formats.base import BATCH_IMAGES, Batch, Issue
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.signatures.signatures import Seen, look, reader_of
from visionlens_jlab.formats.text.decoding import folded
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Source

SURE_AFTER = 1000
"""Files of one folder and suffix that all seemed the same: the others are taken to be so too."""
EXAMPLES = 3


class Account:
    """Follows what a format makes of the files, and names the rest.

    Parameters
    ----------
    form : str
        Name of the format that reads.
    """

    def __init__(self, request: Request, form: str) -> None:
        self._request = request
        self._form = form
        self._taken: dict[str, set[str]] = {}
        self._named: set[str] = set()
        self._label_files = 0

    def follow(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The batches as they are; what they speak of is noted."""
        for batch in batches:
            if batch.images is not None:
                location = self._request.roots[batch.images.root].location
                self._taken.setdefault(location, set()).update(batch.images.paths)
            self._named.update(i.item for i in batch.issues if i.kind != "annotation")
            self._label_files += batch.found.label_files
            yield batch

    def rest(self) -> Iterator[Batch]:
        """What no batch spoke of: images and labels one by one, other files by their kind."""
        others = _Others()
        batch = Batch()
        for source, path in self._left():
            if is_image(path) and path not in self._request.masks(source):
                batch.issues.append(_unlisted(path))
                batch.found.images += 1
            elif (seen := self._seen(source, path)).labels:
                batch.issues.append(self._unread(path, seen))
                batch.found.label_files += 1
            else:
                others.add(path, seen)
            if len(batch.issues) >= BATCH_IMAGES:
                yield batch
                batch = Batch()
        batch.issues += others.issues()
        yield batch

    def _left(self) -> Iterator[tuple[Source, str]]:
        request = self._request
        tells = bool(request.read_files) or not self._label_files
        sources = request.listed()
        self._stems = {
            folded(_stem(path)) for one in sources for path in request.files(one) if is_image(path)
        }
        self._looks: dict[tuple[str, str, str], _Look] = {}
        for source in sources:
            inner = [one.location for one in sources if one is not source]
            taken = _Taken(source.location, [self._taken, request.read_files])
            for path in request.files(source):
                if path in self._named or path in taken:
                    continue
                if any(f"{source.location}/{path}".startswith(f"{one}/") for one in inner):
                    continue  # its own turn comes
                if tells or is_image(path):  # a plugin's format may not tell what it reads
                    yield source, path

    def _seen(self, source: Source, path: str) -> Seen:
        folder, name = posixpath.split(path)
        key = source.location, folder, posixpath.splitext(name)[1].lower()
        looks = self._looks.setdefault(key, _Look())
        if looks.last is None or looks.differ or looks.count < SURE_AFTER:
            looks.add(look(source, path, beside=folded(_stem(path)) in self._stems))
        assert looks.last is not None
        return looks.last

    def _unread(self, path: str, seen: Seen) -> Issue:
        advice = seen.advice
        if reader_of(seen) == self._form:
            advice = "Nothing that was read belongs to it."
        message = f"It seems to be {seen.what} and was not read. {advice}".rstrip()
        return Issue("LABELS_UNREAD", "skipped", "label_file", path, message)


@dataclass
class _Look:
    """What files of one folder and suffix have been so far."""

    count: int = 0
    last: Seen | None = None
    differ: bool = False

    def add(self, seen: Seen) -> None:
        self.differ = self.differ or (self.last is not None and seen != self.last)
        self.last = seen
        self.count += 1


class _Taken:
    """Paths of a source that were taken, also under a source above or below it."""

    def __init__(self, location: str, taken: Iterable[Mapping[str, set[str]]]) -> None:
        self._own: list[set[str]] = []
        self._below: list[tuple[str, set[str]]] = []
        self._above: list[tuple[str, set[str]]] = []
        for found in taken:
            for at, paths in found.items():
                if at == location:
                    self._own.append(paths)
                elif at.startswith(f"{location}/"):
                    self._below.append((f"{at[len(location) + 1 :]}/", paths))
                elif location.startswith(f"{at}/"):
                    self._above.append((f"{location[len(at) + 1 :]}/", paths))

    def __contains__(self, path: str) -> bool:
        return (
            any(path in paths for paths in self._own)
            or any(path.startswith(p) and path[len(p) :] in paths for p, paths in self._below)
            or any(prefix + path in paths for prefix, paths in self._above)
        )


_BESIDE = ("readme.roboflow.txt", "readme.dataset.txt")
"""What Roboflow puts beside every export."""


@dataclass
class _Others:
    """Files that are neither images nor labels, by what they are and by suffix."""

    counts: Counter[tuple[Seen, str]] = field(default_factory=Counter)
    examples: dict[tuple[Seen, str], list[str]] = field(default_factory=dict)

    def add(self, path: str, seen: Seen) -> None:
        if posixpath.basename(path).lower() in _BESIDE:
            return
        key = seen, posixpath.splitext(path)[1].lower()
        if key not in self.counts and len(self.counts) >= 200:
            key = seen, ""  # suffixes that are numbers or hashes
        self.counts[key] += 1
        examples = self.examples.setdefault(key, [])
        if len(examples) < EXAMPLES:
            examples.append(path)

    def issues(self) -> Iterator[Issue]:
        for (seen, suffix), count in self.counts.items():
            names = self.examples[seen, suffix]
            item = names[0] if count == 1 else f"{count} files {suffix or 'of several suffixes'}"
            more = f" and {count - len(names)} more" if count > len(names) else ""
            listed = "" if count == 1 else f": {', '.join(names)}{more}"
            number = "1 file that seems" if count == 1 else f"{count} files that seem"
            message = f"{number} to be {seen.what}, not read{listed}. {seen.advice}".rstrip()
            yield Issue("FILES_UNUSED", "skipped", "other", item, message)


def _unlisted(path: str) -> Issue:
    message = "Nothing that was read speaks of the image; it was left out."
    return Issue("IMAGE_UNLISTED", "skipped", "image", path, message)


def _stem(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]
