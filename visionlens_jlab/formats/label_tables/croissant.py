"""Croissant: JSON-LD that says what lies in the files of a dataset (mlcommons.org/croissant 1.0).

Read are record sets whose fields come from one local table: of its columns the one with images (by
`sc:ImageObject`, or by its name), the one with classes (`cr:Label`, or by its name) and those of
boxes; and record sets of files alone, whose label a regular expression takes out of the path. What
lies elsewhere, in archives, or in no table is named in the report.
"""

from __future__ import annotations

import fnmatch
import hashlib
import posixpath
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.label_tables.folder import CLASSES, NAMES, records_of
from visionlens_jlab.formats.label_tables.writer import STEM, CsvWriter
from visionlens_jlab.formats.listing import is_file
from visionlens_jlab.formats.records.format import RecordFormat
from visionlens_jlab.formats.records.json_files import members, read_json
from visionlens_jlab.formats.records.record import NotMineError, Object, Record
from visionlens_jlab.formats.records.writer import as_json
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected
from visionlens_jlab.formats.signatures.contents import CROISSANT
from visionlens_jlab.formats.tables.files import SUFFIXES, read_table
from visionlens_jlab.formats.writing.writer import Target
from visionlens_jlab.media.headers import is_image

FILE = "croissant.json"
_LONGEST_PATTERN = 200


class CroissantFormat(RecordFormat):
    """Croissant."""

    name = "croissant"
    label = "Croissant"
    description = "A description in JSON-LD of local tables and images."
    suffixes = (".json", ".jsonld")
    signature = CROISSANT
    has_fields = True

    def detect(self, request: Request) -> Detected | None:
        """With the tables that are described, as far as they lie here."""
        found = super().detect(request)
        if found is None:
            return None
        described = request.file or request.labels_file or found.labels[0]
        try:
            with request.label_source.open(described) as file:
                content = members(read_json(file.read()), "a description")
        except (ValueError, VisionLensError, OSError):
            return found  # the reading says what is wrong with it
        tables = _Description(content, described, request).tables()
        return found.model_copy(update={"labels": [described, *tables][:20]})

    def parse(self, data: bytes, path: str, request: Request) -> Iterator[Record]:
        """The records of every record set that can be read."""
        content = read_json(data)
        if not isinstance(content, dict) or not _list(content.get("recordSet")):
            raise NotMineError
        described = _Description(content, path, request)
        yield Record(None, issues=described.issues)
        for record_set in _list(content["recordSet"]):
            yield from described.records(members(record_set, "a record set"))


class _Field(NamedTuple):
    """Where a field's values come from: a resource with a column, or a property of its files."""

    name: str
    kinds: set[str]
    resource: str
    column: str | None
    pattern: str | None


class _Description:
    """The resources of a dataset, and what its record sets say of them."""

    def __init__(self, content: dict[str, Any], path: str, request: Request) -> None:
        self._path = path
        self._folder = posixpath.dirname(path)
        self._request = request
        self._source = request.label_source
        self.issues: list[Issue] = []
        self._resources = {
            _id(one): one for one in _list(content.get("distribution")) if isinstance(one, dict)
        }
        for name, one in self._resources.items():
            reason = self._elsewhere(one)
            if reason:
                self._note(name, reason)

    def _note(self, name: str, message: str) -> None:
        item = f"{self._path}: {name}"
        self.issues.append(Issue("FIELD_UNREAD", "skipped", "other", item, message))

    def tables(self) -> list[str]:
        """Paths of the tables that lie here."""
        paths = [self._local(one) for one in self._resources.values()]
        return [path for path in paths if path is not None and path.lower().endswith(SUFFIXES)]

    def _elsewhere(self, resource: dict[str, Any]) -> str | None:
        """Why a resource cannot be read; None: it lies here."""
        address = str(resource.get("contentUrl") or "")
        if not address or self._local(resource) is not None:
            return None
        if "://" in address:
            return f"It lies at {address[:200]}: download it into the folder of the description."
        return f"There is no file {address[:200]}."

    def _local(self, resource: dict[str, Any]) -> str | None:
        """The path of a file object; None: it is not here."""
        address = str(resource.get("contentUrl") or "")
        for name in (address, posixpath.basename(address), str(resource.get("name") or "")):
            path = posixpath.normpath(posixpath.join(self._folder, name)) if name else ""
            if name and "://" not in name and is_file(self._source, path):
                return path
        return None

    def records(self, record_set: dict[str, Any]) -> Iterator[Record]:
        """What a record set holds; an issue where it cannot be read."""
        name = _id(record_set)
        fields = [_field(one) for one in _list(record_set.get("field")) if isinstance(one, dict)]
        tables = {
            field.resource: path
            for field in fields
            if (path := self._local(self._resources.get(field.resource, {}))) is not None
        }
        found: Iterator[Record] | None = None
        if len(tables) == 1 and next(iter(tables.values())).lower().endswith(SUFFIXES):
            found = self._of_table(fields, *next(iter(tables.items())))
        elif not tables:
            found = self._of_files(fields)
        if found is None:
            message = "The record set names no images in a local table, nor local files."
            yield Record(None, issues=[self._unread(name, message)])
            return
        yield from found

    def _unread(self, name: str, message: str) -> Issue:
        return Issue("FIELD_UNREAD", "skipped", "other", f"{self._path}: {name}", message)

    def _of_table(self, fields: list[_Field], resource: str, path: str) -> Iterator[Record] | None:
        columns = [field for field in fields if field.resource == resource and field.column]
        images = _role(columns, "ImageObject", NAMES)
        if images is None:
            return None
        try:
            table = read_table(self._source, path)
        except VisionLensError as error:
            raise ValueError(error.message) from error
        if images.column not in table.column_names:
            raise ValueError(f"{path} has no column {images.column}")
        self._request.note_read(self._source, path)
        label = _role(columns, "Label", CLASSES)
        wanted = {images.column: NAMES[0]}
        if label is not None and label.column in table.column_names:
            wanted[str(label.column)] = "class"
        taken = set(wanted.values()) - set(wanted)
        table = table.drop_columns([name for name in table.column_names if name in taken])
        names = [wanted.get(name, name) for name in table.column_names]
        return records_of(table.rename_columns(names), NAMES[0], path)

    def _of_files(self, fields: list[_Field]) -> Iterator[Record] | None:
        images = next((f for f in fields if "ImageObject" in f.kinds), None)
        resource = self._resources.get(images.resource) if images else None
        if resource is None:
            return None
        paths = [path for path in self._included(resource) if is_image(path)]
        if not paths:
            return None
        labels = [f for f in fields if f.pattern and f.column is None and f is not images]
        label = next((f for f in labels if "Label" in f.kinds), next(iter(labels), None))
        return self._labelled(paths, label)

    def _included(self, resource: dict[str, Any]) -> list[str]:
        patterns = [str(one) for one in _list(resource.get("includes"))]
        start = f"{self._folder}/" if self._folder else ""
        files = [path for path in self._request.files(self._source) if path.startswith(start)]
        return [
            path
            for path in files
            if any(fnmatch.fnmatchcase(path[len(start) :], pattern) for pattern in patterns)
        ]

    def _labelled(self, paths: list[str], label: _Field | None) -> Iterator[Record]:
        pattern = None
        if label is not None and label.pattern and len(label.pattern) <= _LONGEST_PATTERN:
            try:
                pattern = re.compile(label.pattern)
            except re.error as error:
                raise ValueError(f"{label.name} has a broken pattern: {error}") from error
        for path in paths:
            record = Record(path)
            match = pattern.search(path) if pattern else None
            if match is not None:
                name = match.group(1) if pattern and pattern.groups else match.group()
                record.objects.append(Object(name or None, "classification"))
            yield record


def _role(fields: list[_Field], kind: str, names: tuple[str, ...]) -> _Field | None:
    """The field of a kind, else the first whose column has one of the names."""
    of_kind = [field for field in fields if kind in field.kinds]
    named = [f for name in names for f in fields if (f.column or "").lower() == name]
    return next(iter([*of_kind, *named]), None)


def _field(one: dict[str, Any]) -> _Field:
    source = one.get("source")
    source = source if isinstance(source, dict) else {}
    extract = source.get("extract")
    extract = extract if isinstance(extract, dict) else {}
    column = extract.get("column")
    pattern = next(
        (
            str(step["regex"])
            for step in _list(source.get("transform"))
            if isinstance(step, dict) and step.get("regex")
        ),
        None,
    )
    resource = source.get("fileObject") or source.get("fileSet") or source.get("distribution")
    kinds = {str(kind).rpartition(":")[2].rpartition("/")[2] for kind in _list(one.get("dataType"))}
    name = str(one.get("name") or _id(one))
    return _Field(name, kinds, _id(resource), None if column is None else str(column), pattern)


def _id(node: Any) -> str:
    """What a node is called, or what a reference names."""
    if isinstance(node, dict):
        return str(node.get("@id") or node.get("name") or "")
    return str(node or "")


def _list(value: Any) -> list[Any]:
    """JSON-LD leaves the brackets of one value out."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    **{
        name: f"cr:{name}"
        for name in (
            *("citeAs", "column", "equivalentProperty", "extract", "field", "fileObject"),
            *("fileProperty", "fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key"),
            *("md5", "parentField", "path", "recordSet", "references", "regex", "repeated"),
            *("replace", "samplingRate", "separator", "source", "subField", "transform"),
        )
    },
    **{name: {"@id": f"cr:{name}", "@type": "@json"} for name in ("data", "examples")},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
}
"""The one of Croissant 1.0, word for word: readers warn of any other."""
_TYPES = {"double": "sc:Float", "int64": "sc:Integer", "bool": "sc:Boolean"}


class CroissantWriter(CsvWriter):
    """`labels.csv`, `images/`, and `croissant.json` that describes both."""

    def write_table(self, table: Any, target: Target) -> None:
        super().write_table(table, target)
        fields = [
            {
                "@type": "cr:Field",
                "@id": f"labels/{column.name}",
                "name": column.name,
                "dataType": _data_type(column.name, str(column.type)),
                "source": {
                    "fileObject": {"@id": f"{STEM}.csv"},
                    "extract": {"column": column.name},
                },
            }
            for column in table.schema
        ]
        described = {
            "@context": _CONTEXT,
            "@type": "sc:Dataset",
            "conformsTo": "http://mlcommons.org/croissant/1.0",
            "name": "export",
            "description": "Exported by VisionLens: a row for each label, boxes in pixels.",
            "distribution": [
                {
                    "@type": "cr:FileObject",
                    "@id": f"{STEM}.csv",
                    "name": f"{STEM}.csv",
                    "contentUrl": f"{STEM}.csv",
                    "encodingFormat": "text/csv",
                    "sha256": self._digest(target),
                },
                {
                    "@type": "cr:FileSet",
                    "@id": self.images,
                    "name": self.images,
                    "encodingFormat": "image/*",
                    "includes": f"{self.images}/*",
                },
            ],
            "recordSet": [
                {"@type": "cr:RecordSet", "@id": "labels", "name": "labels", "field": fields}
            ],
        }
        target.text(FILE, as_json(described))

    def _digest(self, target: Target) -> str:
        with (target.folder / f"{STEM}.csv").open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def _data_type(name: str, kind: str) -> str | list[str]:
    if name == "class":
        return ["sc:Text", "cr:Label"]
    return _TYPES.get(kind, "sc:Text")
