"""WebDataset: tar archives in which the files of one sample have one name and stand together.

`dog.jpg`, `dog.json`, `dog.cls`, `dog.txt`; what follows the first dot says what a file is.
Source: github.com/webdataset/webdataset
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from visionlens_jlab.formats.containers.class_lists import class_names
from visionlens_jlab.formats.containers.format import ContainerFormat, split_of
from visionlens_jlab.formats.containers.item import Item, Said, Shard
from visionlens_jlab.formats.containers.objects import (
    CLASSES,
    add_rows,
    class_of,
    rows_of,
    take_objects,
)
from visionlens_jlab.formats.records.json_files import read_json
from visionlens_jlab.formats.records.record import Object, Record, side
from visionlens_jlab.formats.text.decoding import decode_text
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.shards.tar import Member, members

LOOKED_AT = 200
LARGEST_LABEL = 16 << 20
CAPTIONS = ("txt", "text", "caption")
_NAME = re.compile(r"((?:.*/|)[^./][^.]*)\.([^/]*)")
_CLASS = re.compile(r"cls\d*")
_MASKS = re.compile(r"(.*[._-])?(mask|seg|segmentation|label|labels|depth)\.png")


class WebDatasetFormat(ContainerFormat):
    """WebDataset shards."""

    name = "webdataset"
    label = "WebDataset"
    description = "Tar archives of images with .cls, .json or .txt beside each."
    kind = "tar"
    options = ("boxes",)

    def holds_images(self, shard: Shard) -> bool:
        """Whether there is an image among the first members."""
        return any(is_image(member.name) for member in islice(members(shard.file), LOOKED_AT))

    def begin(self, shard: Shard) -> None:
        """Names of classes lie beside the archives."""
        shard.names = class_names(shard.request, shard.path)
        for number, name in sorted(shard.names.items()):
            shard.note_class(name, number)

    def items(self, shard: Shard) -> Iterator[Item]:
        """A sample at a time; further images of one have its name as group."""
        unused: Counter[str] = Counter()
        broken = ""
        for key, group in _groups(shard, unused):
            if key is None:
                broken = group[0].odd
                break
            for name, part in _apart(key, group):
                yield from _sample(name, part, shard, unused)
        for suffix, count in unused.items():
            message = f"{count} members {suffix} were not read."
            shard.say(Said("MEMBERS_UNUSED", "skipped", "other", shard.path, message))
        if broken:
            raise ValueError(broken.rstrip("."))


def _groups(shard: Shard, unused: Counter[str]) -> Iterator[tuple[str | None, list[Member]]]:
    """Members that stand together under one name; the name is None where the archive breaks off."""
    key, group = "", list[Member]()
    for member in members(shard.file):
        if not member.name or member.odd:
            if not member.name:
                if group:
                    yield key, group
                yield None, [member]
                return
            _refuse(member, shard)
            continue
        found = _NAME.fullmatch(member.name)
        if found is None or posixpath.basename(member.name).startswith("__"):
            unused[posixpath.splitext(member.name)[1].lower() or "without suffix"] += 1
            continue
        if group and found[1] != key:
            yield key, group
            group = []
        key = found[1]
        group.append(member)
    if group:
        yield key, group


def _apart(key: str, group: list[Member]) -> Iterator[tuple[str, list[Member]]]:
    """Samples whose names have a dot, `a.001.jpg` and `a.001.cls`: by all but the last suffix."""
    stems: dict[str, list[Member]] = {}
    for member in group:
        stems.setdefault(posixpath.splitext(member.name)[0], []).append(member)
    labelled = any(len({is_image(one.name) for one in part}) == 2 for part in stems.values())
    yield from stems.items() if labelled and key not in stems else [(key, group)]


def _refuse(member: Member, shard: Shard) -> None:
    item = f"{shard.path}/{member.name}"
    if is_image(member.name):
        shard.say(Said("RECORD_INVALID", "skipped", "image", item, member.odd))
    else:
        shard.say(Said("FILE_REFUSED", "skipped", "other", item, member.odd))


def _sample(key: str, group: list[Member], shard: Shard, unused: Counter[str]) -> Iterator[Item]:
    images, labels = list[Member](), list[tuple[str, Member]]()
    for member in group:
        suffix = member.name[len(key) + 1 :].lower()
        if is_image(member.name) and not _MASKS.fullmatch(suffix):
            images.append(member)
        elif suffix == "json" or suffix in CAPTIONS or _CLASS.fullmatch(suffix):
            labels.append((suffix, member))
        else:
            unused[f".{suffix}"] += 1
    if not images:
        message = "No image of the archive has its name."
        for _, member in labels:
            item = f"{shard.path}/{member.name}"
            shard.say(Said("LABEL_WITHOUT_IMAGE", "skipped", "label_file", item, message))
        return
    for number, image in enumerate(images):
        path = f"{shard.path}/{image.name}"
        made = Item(Record(path, split=split_of(shard.path)), image.length, source_id=key)
        made.group = key if len(images) > 1 else None
        for suffix, member in labels if number == 0 else []:
            _read_label(suffix, member, made, shard)
        yield made


def _read_label(suffix: str, member: Member, item: Item, shard: Shard) -> None:
    name = f"{shard.path}/{member.name}"
    try:
        if member.length > LARGEST_LABEL:
            raise ValueError(f"it has {member.length:,} bytes")
        shard.file.seek(member.offset)
        data = shard.file.read(member.length)
        if suffix == "json":
            _read_json(read_json(data), item, shard)
            return
        content = decode_text(data).lstrip("\ufeff").strip("\r\n\0 ")
        if suffix in CAPTIONS:
            item.fields["caption"] = content
        elif suffix == "cls":
            _classify(content, item, shard)
        else:
            item.fields[suffix] = content
    except (ValueError, RecursionError) as error:
        message = f"It cannot be read: {str(error)[:300]}."
        shard.say(Said("LABEL_FILE_INVALID", "skipped", "label_file", name, message))


def _classify(content: Any, item: Item, shard: Shard) -> None:
    plain = content.strip() if isinstance(content, str) else content
    if isinstance(plain, str) and plain.isascii() and plain.isdigit() and len(plain) < 10:
        plain = int(plain)
    name = class_of(plain, item.path, shard)
    if name is not None:
        item.record.objects.append(Object(name, "classification"))


def _read_json(found: Any, item: Item, shard: Shard) -> None:
    record = item.record
    if isinstance(found, list) and (rows := rows_of(found)) is not None:
        add_rows(rows, record, shard)
        return
    if not isinstance(found, dict):
        item.fields["json"] = found
        return
    take_objects(found, record, shard)
    record.width, record.height = side(found.pop("width", None)), side(found.pop("height", None))
    split = found.pop("split", None)
    record.split = split if isinstance(split, str) and split else record.split
    for name in CLASSES[:4]:
        value = found.get(name)
        labelled = any(thing.kind == "classification" for thing in record.objects)
        if isinstance(value, str | int) and not isinstance(value, bool) and not labelled:
            del found[name]
            _classify(value, item, shard)
    item.fields |= {str(name): value for name, value in found.items() if value is not None}
