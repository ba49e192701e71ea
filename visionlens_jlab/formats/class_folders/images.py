"""A folder of unlabelled images; folders named like splits give the split."""

from __future__ import annotations

from collections.abc import Iterator

from visionlens_jlab.formats.base import Batch, Found, detected
from visionlens_jlab.formats.folder_names import ordered, split_of_folder, split_of_path
from visionlens_jlab.formats.listing import file_rows, has_images, no_images
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected

SEARCH_DEPTH = 4
"""Folder levels in which `detect` looks for an image."""


class ImagesFormat:
    """Images without labels."""

    name = "images"
    label = "Folder of images"
    description = "Images without labels, in any folders below the one named."

    def detect(self, request: Request) -> Detected | None:
        source = request.image_source
        if request.file or not has_images(source, "", SEARCH_DEPTH):
            return None
        splits = {split_of_folder(name) for name in source.list()[0]} - {None}
        return detected(
            self,
            request,
            "There are images. No label files are read.",
            images=source.location,
            splits=ordered([split for split in splits if split]),
        )

    def read(self, request: Request) -> Iterator[Batch]:
        entries = request.own_images()
        if not entries:
            raise no_images(request)
        splits = [split_of_path(entry.path) for entry in entries]
        for _, rows in file_rows(request, entries, splits, named=False):
            yield Batch(
                images=rows,
                found=Found(images=len(rows.paths)),
                images_total=len(entries),
            )
