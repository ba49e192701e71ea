"""COCO annotation records as columns."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
import numpy as np
from msgspec import UNSET

from visionlens_jlab.formats.base import Action, AnnotationRows, Issue
from visionlens_jlab.formats.coco import shapes as coco_shapes
from visionlens_jlab.formats.coco.records import NO_SHAPE, CocoClasses, IdMap
from visionlens_jlab.formats.coco.shapes import Form, FormReader
from visionlens_jlab.formats.text.json_records import Decoded, Dropped

FLAGS = ("difficult", "truncated", "occluded")


class ImageIds(NamedTuple):
    """The images of a label file: id -> ordinal -> (height, width) where it is stated."""

    ordinals: IdMap[int]
    size: Callable[[int], tuple[int, int] | None]


class AnnotationColumns:
    """Columns of one block.

    Parameters
    ----------
    file : str
        Name of the label file, for the report.
    extras : dict
        Members beyond the foreseen ones -> attribute of the records that holds them.
    images, classes
        What the ids in the records mean.
    member : str
        What the file calls the list, for the report.
    """

    def __init__(
        self,
        file: str,
        extras: dict[str, str],
        images: ImageIds,
        classes: CocoClasses,
        member: str = "annotations",
    ) -> None:
        self._file = file
        self._member = member
        self._extras = extras
        self._ids = images
        self._known = classes
        self._plain_polygons = coco_shapes.PlainPolygons()
        self._records: list[Any] = []
        self._places: list[int] = []
        """Index of each record in the file."""
        self._flags: dict[str, list[bool | None] | None] = dict.fromkeys(FLAGS)
        self._attributes: list[str | None] | None = None
        self.issues: list[Issue] = []

    def add(self, decoded: Decoded, first: int) -> None:
        """Take a block's records; `first` is the index of its first element in the file."""
        for index, reason in decoded.invalid:
            item = f"{self._file}: {self._member}[{first + index}]"
            self._note("ANNOTATION_INVALID", "skipped", item, f"{reason}.", -1)
        self._records = decoded.records
        positions = range(len(self._records)) if decoded.positions is None else decoded.positions
        self._places = [first + position for position in positions]
        self._images = self._find_images()
        extras = self._collect_extras()
        forms = self._odd_forms(decoded.dropped, extras)
        if None in forms.values():
            kept = [i for i in range(len(self._records)) if forms.get(i, True) is not None]
            self._keep(kept)
            extras = {new: extras[old] for new, old in enumerate(kept) if old in extras}
            forms = {new: forms[old] for new, old in enumerate(kept) if old in forms}
        self._fill({index: form for index, form in forms.items() if form is not None})
        self._classes = self._name_classes()
        self._encode_extras(extras)

    def rows(self) -> AnnotationRows:
        """The columns."""
        return AnnotationRows(
            images=np.array(self._images, dtype=np.int64),
            classes=self._classes,
            kinds=self._kinds,
            boxes=self._boxes,
            name=self._item,
            confidence=np.array([record.score for record in self._records], dtype=np.float64),
            area=self._area,
            is_crowd=np.array([record.iscrowd for record in self._records], dtype=bool),
            geometry=self._geometry,
            attributes=self._attributes,
            difficult=self._flags["difficult"],
            truncated=self._flags["truncated"],
            occluded=self._flags["occluded"],
        )

    def _item(self, index: int) -> str:
        identity = self._records[index].id
        if identity is None:
            return f"{self._file}: {self._member}[{self._places[index]}]"
        return f"{self._file}: annotation {identity}"

    def _find_images(self) -> list[int]:
        exact, loose = self._ids.ordinals.exact, self._ids.ordinals.loose
        images = [exact.get(record.image_id, -1) for record in self._records]
        if -1 in images:
            for index, image in enumerate(images):
                if image < 0:
                    other = loose(self._records[index].image_id)
                    images[index] = -1 if other is None else other
        return images

    def _name_classes(self) -> list[str | None]:
        exact = self._known.names.exact
        names = [exact.get(record.category_id) for record in self._records]
        if None in names:
            for index, name in enumerate(names):
                if name is None:
                    names[index] = self._known.other(self._records[index].category_id)
        return names

    def _odd_forms(
        self, dropped: dict[int, dict[str, Dropped]], extras: dict[int, dict[str, Any]]
    ) -> dict[int, Form | None]:
        """Index -> form of what is not a plain box; None: nothing usable."""
        odd = [
            index
            for index, record in enumerate(self._records)
            if record.segmentation is not NO_SHAPE
            or record.keypoints
            or record.bbox is None
            or len(record.bbox) != 4
        ]
        forms: dict[int, Form | None] = {}
        # Not an attribute: a cycle would keep the block's records until the next collection.
        reader = FormReader(self._known, self._ids.size, self._note)
        odd = self._read_polygons(odd, dropped, forms)
        for index in odd:
            extra = extras.get(index, {})
            left_out = dropped.get(index, {})
            name, image = self._item(index), self._images[index]
            try:
                forms[index] = reader.read(self._records[index], left_out, extra, name, image)
            except ValueError as error:
                self._note("ANNOTATION_INVALID", "skipped", name, f"{error}.", image)
                forms[index] = None
            if extra:
                extras[index] = extra
        for index, members in dropped.items():
            if forms.get(index, True) is not None:
                self._note_dropped(index, members, extras.setdefault(index, {}))
        return forms

    def _read_polygons(
        self,
        indices: list[int],
        dropped: dict[int, dict[str, Dropped]],
        forms: dict[int, Form | None],
    ) -> list[int]:
        """Fill in the forms of boxes with well-formed polygons; the indices of the others."""
        records = self._records
        texts = [bytes(records[index].segmentation) for index in indices]
        left = []
        for index, text, plain in zip(indices, texts, self._plain_polygons(texts), strict=True):
            record = records[index]
            box = record.bbox
            usual = plain and box and len(box) == 4 and record.area is not None
            if usual and not record.keypoints and index not in dropped:
                forms[index] = Form("polygon", box, text)
            else:
                left.append(index)
        return left

    def _note_dropped(self, index: int, dropped: dict[str, Dropped], extra: dict[str, Any]) -> None:
        """What could not be read as what it should be is kept as an attribute."""
        for member, (value, reason) in dropped.items():
            extra[member] = value
            self._note(
                "VALUE_INVALID", "kept", self._item(index), f"{reason}.", self._images[index]
            )

    def _keep(self, kept: list[int]) -> None:
        self._records = [self._records[index] for index in kept]
        self._places = [self._places[index] for index in kept]
        self._images = [self._images[index] for index in kept]

    def _fill(self, forms: dict[int, Form]) -> None:
        records = self._records
        boxes = [record.bbox for record in records]
        self._kinds = ["box"] * len(records)
        self._area = np.array([record.area for record in records], dtype=np.float64)
        self._check_values()
        self._geometry: list[bytes | None] | None = [None] * len(records) if forms else None
        for index, form in forms.items():
            boxes[index] = form.box
            self._kinds[index] = form.kind
            self._geometry[index] = form.geometry  # type: ignore[index]
            if np.isnan(self._area[index]):
                self._area[index] = form.area
        flat = np.fromiter(chain.from_iterable(boxes), np.float64, 4 * len(boxes))
        self._boxes = flat.reshape(-1, 4)
        self._turn_round()

    def _check_values(self) -> None:
        """An area is not below 0; a flag is 0 or 1."""
        for index in np.flatnonzero(self._area < 0).tolist():
            message = f"area {self._area[index]:g} is negative."
            self._note("VALUE_INVALID", "kept", self._item(index), message, self._images[index])
        flags = [record.iscrowd for record in self._records]
        if set(flags) <= {None, 0, 1}:
            return
        for index, flag in enumerate(flags):
            if flag not in (None, 0, 1):
                message = f"iscrowd is {flag}, neither 0 nor 1; taken as 1."
                self._note("VALUE_INVALID", "kept", self._item(index), message, self._images[index])

    def _turn_round(self) -> None:
        """Boxes of negative width or height reach from their corner to the left or up."""
        negative = self._boxes[:, 2:] < 0
        for index in np.flatnonzero(negative.any(axis=1)).tolist():
            x, y, w, h = self._boxes[index].tolist()
            self._boxes[index] = min(x, x + w), min(y, y + h), abs(w), abs(h)
            message = f"The box is {w:g} x {h:g} pixels; it was turned round."
            item, image = self._item(index), self._images[index]
            self._note("BOX_INVERTED", "repaired", item, message, image)

    def _note(self, code: str, action: Action, item: str, message: str, image: int) -> None:
        known = image if image >= 0 else None
        self.issues.append(Issue(code, action, "annotation", item, message, known))

    def _collect_extras(self) -> dict[int, dict[str, Any]]:
        """Index -> what a record has beyond the foreseen members; most have nothing."""
        found: dict[int, dict[str, Any]] = {}
        ids = [record.id for record in self._records]
        if str in set(map(type, ids)):
            found = {index: {"id": one} for index, one in enumerate(ids) if type(one) is str}
        for key, attribute in self._extras.items():
            for index, value in enumerate(map(attrgetter(attribute), self._records)):
                if value is not UNSET and value is not None:
                    found.setdefault(index, {})[key] = value
        given = [record.attributes for record in self._records]
        for index, attributes in enumerate(given) if any(given) else ():
            if attributes:
                extra = found.setdefault(index, {})
                if isinstance(attributes, dict):
                    extra.update(attributes)
                else:
                    extra["attributes"] = attributes
        return found

    def _encode_extras(self, extras: dict[int, dict[str, Any]]) -> None:
        if not extras:
            return
        self._attributes = [None] * len(self._records)
        for flag in FLAGS:
            if any(flag in extra for extra in extras.values()):
                self._flags[flag] = [None] * len(self._records)
        for index, extra in extras.items():
            for flag, column in self._flags.items():
                if column is not None:
                    column[index] = _take_flag(extra, flag)
            if extra:
                self._attributes[index] = msgspec.json.encode(extra).decode()


def _take_flag(extra: dict[str, Any], flag: str) -> bool | None:
    value = extra.get(flag)
    if isinstance(value, bool) or (isinstance(value, int) and value in (0, 1)):
        del extra[flag]
        return bool(value)
    return None
