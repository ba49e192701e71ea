"""One Pascal VOC annotation file, as its many writers write it.

Entity declarations are refused. Tags may be in a namespace and in any case. A file that is no
valid XML is read after the commonest repairs: another encoding than declared, a bare `&`, an end
that is missing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError
from xml.etree.ElementTree import fromstring as plain_fromstring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from visionlens_jlab.formats.fields import pixels
from visionlens_jlab.formats.text.decoding import decode_text
from visionlens_jlab.formats.voc.objects import ObjectReader, VocObject, name_plainly, text_of

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding=["']([\w.-]+)["']""")
_LIKE_ASCII = {b"utf-8", b"utf8", b"us-ascii", b"ascii", b"iso-8859-1", b"latin-1"}
_BARE_AMPERSAND = re.compile(r"&(?!(#\d+|#x[0-9a-fA-F]+|\w+);)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_OBJECT = re.compile(r"<object\b", re.IGNORECASE)
_OBJECT_END = re.compile(r"</object\s*>", re.IGNORECASE)


@dataclass
class VocFile:
    """`invalid`: (number of the object, reason) of those that cannot be read; `repaired`: what
    was done to read the file at all."""

    filename: str | None
    width: int | None
    height: int | None
    objects: list[VocObject] = field(default_factory=list)
    invalid: list[tuple[int, str]] = field(default_factory=list)
    repaired: str | None = None
    folder: str | None = None
    path: str | None = None

    @property
    def count(self) -> int:
        """Annotations in the file, whether they can be read or not."""
        return len(self.objects) + len(self.invalid)


def parse_voc(data: bytes, reader: ObjectReader | None = None) -> VocFile:
    """Parse an XML file. Raises ValueError with the reason."""
    reader = reader or ObjectReader()
    root, repaired, lost = _parse(data)
    name_plainly(root)
    root = _annotation(root)
    size = root.find("size")
    file = VocFile(
        text_of(root, "filename"),
        pixels(text_of(size, "width")),
        pixels(text_of(size, "height")),
        repaired=repaired,
        folder=text_of(root, "folder"),
        path=text_of(root, "path"),
    )
    elements = root.findall("object")
    for number, element in enumerate(elements, 1):
        try:
            file.objects += reader.read(element, number)
        except ValueError as error:
            file.invalid.append((number, str(error)))
    for number in range(len(elements) + 1, len(elements) + 1 + lost):
        file.invalid.append((number, "the file ends in it"))
    return file


def looks_like_voc(data: bytes) -> bool:
    """Whether the beginning of a file is that of a VOC file."""
    return re.search(r"<(\w+:)?annotation[\s>]", decode_text(data), re.IGNORECASE) is not None


def _parse(data: bytes) -> tuple[Element, str | None, int]:
    """(root, how the file was repaired, number of objects lost at its end)."""
    try:
        return _strict(data), None, 0
    except DefusedXmlException as error:
        raise ValueError(f"{type(error).__name__}: entities are refused") from error
    except (ParseError, LookupError, ValueError) as error:
        first = error
    text = _DECLARATION.sub("", _decoded(data)).strip("\ufeff\0 \t\r\n")
    mended = _CONTROL.sub("", _BARE_AMPERSAND.sub("&amp;", text))
    cut = mended[: _last_end(mended)]
    attempts = [
        (text, "The encoding is not the one declared.", 0),
        (mended, "It holds characters that XML forbids.", 0),
        (
            f"{cut}</annotation>",
            "The end of the file is missing.",
            len(_OBJECT.findall(mended)) - len(_OBJECT.findall(cut)),
        ),
    ]
    for attempt, how, lost in attempts if text else []:
        try:
            return _strict(attempt), how, lost
        except DefusedXmlException as error:
            raise ValueError(f"{type(error).__name__}: entities are refused") from error
        except (ParseError, ValueError):
            continue
    raise ValueError(str(first) or type(first).__name__) from first


def _strict(data: bytes | str) -> Element:
    if isinstance(data, bytes) and _is_harmless(data):
        return plain_fromstring(data)  # noqa: S314  nothing in it can declare an entity
    root: Element = fromstring(data, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    return root


def _is_harmless(data: bytes) -> bool:
    """Whether the text is in an encoding like ASCII and has no document type: the fast parser, in
    C, is then as safe as the other."""
    declared = _ENCODING.search(data[:200])
    known = declared is None or declared.group(1).lower() in _LIKE_ASCII
    return known and b"<!" not in data and b"\0" not in data


def _decoded(data: bytes) -> str:
    declared = _ENCODING.search(data[:200])
    if declared:
        try:
            return data.decode(declared.group(1).decode())
        except (LookupError, UnicodeDecodeError):
            pass
    return decode_text(data)


def _last_end(text: str) -> int:
    ends = [match.end() for match in _OBJECT_END.finditer(text)]
    return ends[-1] if ends else 0


def _annotation(root: Element) -> Element:
    if root.tag == "annotation":
        return root
    inner = root.findall("annotation")
    if len(inner) != 1:
        raise ValueError(f"<{root.tag}> instead of <annotation>")
    return inner[0]
