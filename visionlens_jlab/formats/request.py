"""What is to be read, and from where."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from visionlens_jlab.core.system.confinement import NOWHERE, Confinement, is_address
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.mask_images import mask_images
from visionlens_jlab.formats.named_images import named_images
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.shards.places import PARQUET, TAR, TFRECORD, inside
from visionlens_jlab.media.sources import (
    Elsewhere,
    Entry,
    Source,
    SourceKind,
    Unlisted,
    check_reach,
    connect,
    unlisted,
)

LABEL_FOLDERS = frozenset({"annotations", "labels"})
"""A label file in such a folder belongs to the dataset in the folder above it."""

TICK_EVERY = 2000


def _no_tick(files: int) -> None:
    """Nobody watches."""


def _no_check() -> None:
    """Nobody stops it."""


@dataclass
class Request:
    """The places an ingest was given.

    `source` is the dataset's folder. When a file was named, it is the folder that holds it (or
    the one above an `annotations` folder) and `file` the path in it. `labels` and `images` are
    set where they lie apart; `labels_file` when `labels=` names one file.
    """

    address: str
    source: Source
    file: str | None = None
    images: Source | None = None
    labels: Source | None = None
    labels_file: str | None = None
    labels_only: bool = False
    is_handed_over: bool = False
    """Whether the file holds rows that a process handed over, rather than a user's file."""
    stated_format: str | None = None
    """The name of the format that the user named."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Those of a format, and `within`: real paths of the folders that everything must lie in.

    They are not followed: what has become a link since is another place."""
    tick: Callable[[int], None] = _no_tick
    """Called now and then with the number of files seen; may raise to stop."""
    check: Callable[[], None] = _no_check
    """May raise to stop."""
    kinds: list[SourceKind] = field(default_factory=list)
    within: Confinement | None = None
    """The option of that name; None: any folder."""
    empty: set[str] = field(default_factory=set)
    """Names of formats whose files here list neither image nor annotation."""
    notes: dict[str, object] = field(default_factory=dict)
    """What formats found out and others may use."""
    _walked: dict[str, dict[str, int]] = field(default_factory=dict)
    _modified: dict[str, dict[str, int | None]] = field(default_factory=dict)
    _further: dict[str, Source] = field(default_factory=dict)
    _masks: dict[str, frozenset[str]] = field(default_factory=dict)
    _read: dict[str, set[str]] = field(default_factory=dict)

    @property
    def suggested_name(self) -> str:
        """Name of the folder, or of the file when one was named."""
        path = Path(self.file) if self.file else Path(self.source.location)
        inside = path.stem if self.file else path.name
        if self.file and inside.lower() in ("labels", "annotations", "instances", "data"):
            inside = Path(self.source.location).name
        return inside or "dataset"

    @property
    def roots(self) -> dict[str, Source]:
        """Roots that images may lie in, by name."""
        named = {"source": self.source, **self._further}
        return named if self.images is None else {**named, "images": self.images}

    @property
    def image_root(self) -> str:
        """The root that images are looked up in."""
        return "source" if self.images is None else "images"

    @property
    def image_source(self) -> Source:
        """The source that images are looked up in."""
        return self.source if self.images is None else self.images

    @property
    def label_source(self) -> Source:
        """The source that label files are looked up in."""
        return self.source if self.labels is None else self.labels

    def look_in(self, folder: str) -> None:
        """Look images up in another folder, where the labels state absolute paths."""
        self.images = self._connect(folder)

    def add_root(self, folder: str) -> tuple[str, Source]:
        """A further folder with images, and the name of its root."""
        for name, source in self._further.items():
            if source.location == folder:
                return name, source
        name, source = f"outside_{len(self._further) + 1}", self._connect(folder)
        self._further[name] = source
        return name, source

    def _connect(self, folder: str) -> Source:
        return _connect_within(folder, self.kinds, self.within)

    def may_read(self, real: str) -> bool:
        """Whether what labels name may be read; a path without links. See the option `within`."""
        return self.within is None or self.within.holds(real)

    def folders_within(self, allowed: Confinement) -> Confinement:
        """For `within`: label files may come from anybody, so what they name must lie in the
        folders that the request names, or in those that may be read anyway."""
        named = [place for place in (self.source, self.images, self.labels) if place]
        return allowed.and_in(place.location for place in named)

    def files(self, source: Source) -> dict[str, int]:
        """Every file of a source, path -> bytes, listed once; in a fixed order."""
        known = self._walked.get(source.location)
        if known is None:
            known = {}
            modified = self._modified[source.location] = {}
            for entry in self._entries(source):
                known[entry.path] = entry.bytes
                modified[entry.path] = entry.modified_ns
                if len(known) % TICK_EVERY == 0:
                    self.tick(len(known))
            self.tick(len(known))
            self._walked[source.location] = known
        return known

    def _entries(self, source: Source) -> Iterable[Entry]:
        if not isinstance(source, Unlisted):
            return source.walk()
        if source is not self.image_source:
            return []
        named, labels = self.labels_file or self.file, self.label_source
        files = [named] if named else list(self.files(labels)) if labels is not source else []
        beside = labels.location == source.location
        entries = named_images(source, source.location, labels, files, beside=beside)
        return entries.values()

    def sizes(self, root: str, paths: Sequence[str]) -> list[int | None]:
        """Bytes of files of a root; None: there is no such file."""
        source = self.roots[root]
        if isinstance(source, Unlisted):
            entries = source.look_up(paths)
            known = self._walked.setdefault(source.location, {})
            known.update((path, entry.bytes) for path, entry in entries.items())
            modified = self._modified.setdefault(source.location, {})
            modified.update((path, entry.modified_ns) for path, entry in entries.items())
            return [known[path] if path in entries else None for path in paths]
        return [_bytes(source, path) for path in paths]

    def refused(self) -> Iterator[tuple[str, str]]:
        """(path, reason) of names and links that no root reached, whatever is behind them."""
        places = Confinement(source.location for source in self.roots.values())
        for source in self.roots.values():
            known: dict[str, str] = getattr(source, "refused", {})
            for path, reason in known.items():
                # resolve() stops at loops
                target = os.path.realpath(Path(source.location, path))
                # a folder that is read as a root of its own
                if not (places.holds(target) and Path(target).is_dir()):
                    yield path, reason

    def modified_ns(self, root: str, paths: Sequence[str]) -> list[int | None]:
        """When listed files were modified, in ns since 1970; None where that is not known."""
        known = self._modified.get(self.roots[root].location, {})
        return [
            known.get(path if path in known or (found := inside(path)) is None else found.shard)
            for path in paths
        ]

    def masks(self, source: Source) -> frozenset[str]:
        """Image files of a source that are masks of others in it."""
        known = self._masks.get(source.location)
        if known is None:
            known = mask_images(filter(is_image, self.files(source)))
            self._masks[source.location] = known
        return known

    def own_images(self) -> list[Entry]:
        """Every image file under the image source that is no mask, in a fixed order."""
        files, masks = self.files(self.image_source), self.masks(self.image_source)
        return [
            Entry(path, size)
            for path, size in files.items()
            if is_image(path) and path not in masks
        ]

    def note_read(self, source: Source, *paths: str) -> None:
        """Label files and dataset files that are read; all others will be named in the report."""
        self._read.setdefault(source.location, set()).update(paths)

    @property
    def read_files(self) -> Mapping[str, set[str]]:
        """Location of a source -> paths in it that were noted as read."""
        return self._read

    def check_reach(self) -> None:
        """Raise SIGN_IN_NEEDED, SOURCE_UNAVAILABLE where a place went out of reach.

        Formats take a file that cannot be read for a faulty one; nothing of it may be counted so.
        """
        check_reach([*self.roots.values(), self.label_source])

    def asked(self) -> list[Source]:
        """The folders that were given, or that the file given lies in."""
        asked = [self.image_source]
        if self.labels is not None and self.labels_file is None:
            asked.append(self.labels)
        elif self.labels is None:
            asked.append(self.source)
        return list({source.location: source for source in asked}.values())

    def listed(self) -> list[Source]:
        """The folders that were given, or listed whole: each of their files is accounted for.

        Not those that rows of a DataFrame lead into: in a notebook that is the working directory.
        """
        if self.file is None:
            return self.asked()
        if self.is_handed_over:
            return []
        return [source for source in self.asked() if self.images is source]


def _bytes(source: Source, path: str) -> int | None:
    try:
        entry = source.stat(path)
    except VisionLensError:
        return None
    return None if entry is None else entry.bytes


def make_request(
    source: str,
    kinds: list[SourceKind],
    *,
    images: str | None = None,
    labels: str | None = None,
    labels_only: bool = False,
    options: Mapping[str, Any] | None = None,
    tick: Callable[[int], None] = _no_tick,
) -> Request:
    """Look the places up. Raises DIR_NOT_FOUND, PERMISSION_DENIED, PATH_NOT_ALLOWED."""
    folders = within_of(options or {})
    within = None if folders is None else Confinement(folders)
    if within is not None:
        # They were checked when the job was queued; a link may have taken their place since.
        for named in (source, images, labels):
            if named:
                within.resolve(named if is_address(named) else _plain(named))

    def place(folder: str) -> Source:
        return _connect_within(folder, kinds, within)

    folder, file = _folder_and_file(source)
    labels_folder, labels_file = _folder_and_file(labels) if labels else (None, None)
    for named, found in ((source, file or labels), (labels, labels_file)):
        if named and is_address(named) and not found and isinstance(place(named), Unlisted):
            raise unlisted(named)
    return Request(
        address=source,
        source=place(folder),
        file=file,
        images=place(images) if images else None,
        labels=place(labels_folder) if labels_folder else None,
        labels_file=labels_file,
        labels_only=labels_only,
        options=options or {},
        tick=tick,
        kinds=kinds,
        within=within,
    )


def _connect_within(folder: str, kinds: list[SourceKind], within: Confinement | None) -> Source:
    source = connect(folder, kinds, within or NOWHERE)
    if isinstance(source, Elsewhere):
        source.lost = None
    if within is not None:
        within.resolve(source.location)
    return source


FILES_ELSEWHERE = (
    *(".json", ".jsonl", ".csv", ".xml", ".yaml", ".yml", ".data", ".txt"),
    *(*PARQUET, *TAR, *TFRECORD),
)


def _parts_of(address: str) -> tuple[str, str | None]:
    """Folder and file of an address; a file is told by its suffix."""
    folder, _, name = address.rpartition("/")
    if not name.lower().endswith(FILES_ELSEWHERE) or folder.endswith(("/", ":")):
        return address, None
    above, _, last = folder.rpartition("/")
    if last.lower() in LABEL_FOLDERS and not above.endswith("/"):
        return above, f"{last}/{name}"
    return folder, name


def within_of(options: Mapping[str, Any]) -> list[str] | None:
    """The option `within`; None: there is none. REQUEST_INVALID."""
    named = options.get("within")
    if named is not None and not (
        isinstance(named, list) and all(isinstance(one, str) and "\0" not in one for one in named)
    ):
        raise VisionLensError("REQUEST_INVALID", "within must be a list of folders.")
    return named


def _plain(address: str) -> Path:
    return Path(address.removeprefix("file://")).expanduser()


def _folder_and_file(address: str) -> tuple[str, str | None]:
    if is_address(address):
        return _parts_of(address.rstrip("/"))
    path = _plain(address)
    try:
        is_file, exists = path.is_file(), path.exists()
    except OSError as error:
        raise VisionLensError("PERMISSION_DENIED", f"{path} cannot be read.") from error
    if not exists:
        raise VisionLensError("DIR_NOT_FOUND", f"There is no file or folder {path}.")
    if not is_file:
        return str(path), None
    path = path.absolute()
    folder = path.parent
    if folder.name.lower() in LABEL_FOLDERS:
        folder = folder.parent
    return str(folder), path.relative_to(folder).as_posix()
