"""What formats of files of images share: finding the files, reading one after the other."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import Batch, ClassEntry, detected
from visionlens_jlab.formats.containers.gathering import Gathering
from visionlens_jlab.formats.containers.item import Item, Said, Shard
from visionlens_jlab.formats.folder_names import ordered, split_of_file, split_of_path
from visionlens_jlab.formats.listing import no_images
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected
from visionlens_jlab.formats.survey import survey
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.shards.places import Kind, shard_kind

LOOKED_INTO = 10
"""Files that are opened to see whether there are images in them."""


class ContainerFormat:
    """A format whose images lie inside files.

    A subclass says its names, the kind of its files, whether one holds images, and what a file
    says.
    """

    name: str
    label: str
    description: str
    kind: Kind
    options: tuple[str, ...] = ()

    def holds_images(self, shard: Shard) -> bool:
        """Whether a file seems to hold images; reads its beginning. ValueError, OSError."""
        raise NotImplementedError

    def items(self, shard: Shard) -> Iterator[Item]:
        """The images of a file. ValueError, OSError: it can be read no further."""
        raise NotImplementedError

    def detect(self, request: Request) -> Detected | None:
        """Where such files hold images, and are more than the images beside them."""
        source = request.image_source
        if request.labels is not None:
            return None
        found = [request.file] if request.file else survey(request).files(source)
        paths = [path for path in found if shard_kind(path) == self.kind]
        loose = sum(is_image(path) for path in found)
        stated = request.stated_format == self.name
        if not paths or (loose >= len(paths) and not stated):
            return None
        looked = paths[:LOOKED_INTO]
        first = next((path for path in looked if stated or self._holds(request, path)), None)
        if first is None:
            return None
        folders = sorted({posixpath.dirname(path) for path in paths})
        return detected(
            self,
            request,
            f"{first} holds images.",
            images=source.location,
            labels=paths if len(paths) == 1 else folders[:20],
            splits=ordered({split for path in paths if (split := split_of(path))}),
        )

    def read(self, request: Request) -> Iterator[Batch]:
        """Every file, in the order of their paths."""
        files = [request.file] if request.file else sorted(request.files(request.image_source))
        paths = [path for path in files if shard_kind(path) == self.kind]
        if not paths:
            raise no_images(request)
        gathering = Gathering(request.image_root, request.tick)
        classes: dict[str, ClassEntry] = {}
        for path in paths:
            self._read(request, path, gathering, classes)
        yield from gathering.batches(list(classes.values()))

    def begin(self, shard: Shard) -> None:
        """Before the first image of a file."""

    def _read(
        self, request: Request, path: str, gathering: Gathering, classes: dict[str, ClassEntry]
    ) -> None:
        source, before, reason = request.image_source, gathering.images, ""
        request.note_read(source, path)
        try:
            with source.open(path) as file:
                shard = Shard(file, path, request, gathering.say, classes)
                self.begin(shard)
                for item in self.items(shard):
                    gathering.add(item)
        except (ValueError, OSError, TypeError, NotImplementedError, RecursionError) as error:
            reason = str(error) or type(error).__name__
        except VisionLensError as error:
            reason = error.message
        if not reason or gathering.images > before:
            gathering.count_file()
        if not reason and gathering.images == before:
            message = "There is no image in the file that can be read."
            gathering.say(Said("SHARD_EMPTY", "kept", "other", path, message))
        if reason and gathering.images > before:
            message = f"What follows cannot be read: {reason[:300]}."
            gathering.say(Said("SHARD_BROKEN", "kept", "label_file", path, message))
        elif reason:
            message = f"The file cannot be read: {reason[:300]}."
            gathering.say(Said("LABEL_FILE_INVALID", "skipped", "label_file", path, message))

    def _holds(self, request: Request, path: str) -> bool:
        try:
            with request.image_source.open(path) as file:
                return self.holds_images(Shard(file, path, request, lambda said: None))
        except (ValueError, OSError, TypeError, NotImplementedError, VisionLensError):
            return False


def split_of(path: str) -> str | None:
    """The split that a file's name or a folder of it says."""
    return split_of_path(path) or split_of_file(posixpath.basename(path).partition(".")[0])
