"""A report as Markdown with its pictures beside it, in one archive."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable

from visionlens_jlab.analysis.report import wording
from visionlens_jlab.analysis.report.content import Content
from visionlens_jlab.analysis.shapes import Finding

PAGE = "findings.md"
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~=-])|(?<=\d)(\.)(?=\s|$)")


def to_archive(content: Content) -> bytes:
    """A zip of `findings.md` and `pictures/<finding>/<id>.webp`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PAGE, page(content))
        for number, found in enumerate(content.findings, 1):
            for picture in content.pictures.get(found.finding, []):
                # Pictures are compressed already.
                name = _path(number, picture.id)
                archive.writestr(name, picture.content, zipfile.ZIP_STORED)
    return buffer.getvalue()


def page(content: Content) -> str:
    """The text; what users and data say is escaped."""
    parts = [
        f"# Findings in {escaped(content.dataset)}",
        f"{wording.summary(content.findings)} Made {escaped(content.created_at)}.",
    ]
    for number, found in enumerate(content.findings, 1):
        pictures = content.pictures.get(found.finding, [])
        shown = " ".join(
            f"![{found.level[:-1]} {one.id}]({_path(number, one.id)})" for one in pictures
        )
        parts += [*_finding(number, found, content), *([shown] if shown else [])]
    for info in content.analyses:
        parts.append(f"## How {escaped(info.evaluation)} was searched")
        parts.append("\n".join(f"- {escaped(text)}" for text in wording.about(info)))
    return "\n\n".join(parts) + "\n"


def _finding(number: int, found: Finding, content: Content) -> Iterable[str]:
    state = wording.state_of(found)
    yield f"## {number}. {escaped(found.title)}"
    yield (
        f"**{wording.STATUSES[found.status]}**, {escaped(wording.target_of(found))}, "
        f"{wording.size_of(found)}, run {escaped(found.run)}, evaluation "
        f"{escaped(found.evaluation)}" + (f", **{state}**" if state else "")
    )
    yield escaped(found.description)
    rows = [wording.COLUMNS, ("---",) * len(wording.COLUMNS), *wording.figures(found)]
    yield "\n".join("| " + " | ".join(row) + " |" for row in rows)
    yield f"Slice ({found.count:,} rows):\n\n{code_block(found.predicate)}"
    yield f"SQL:\n\n{code_block(found.sql, 'sql')}"
    yield from (escaped(text) for text in wording.remarks(found, content.calibrated(found)))


def escaped(text: str) -> str:
    """Text of which Markdown and HTML make nothing."""
    plain = " ".join(text.split())
    plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\g<0>", plain)


def code_block(text: str, language: str = "") -> str:
    """A fence that is longer than any in the text."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _path(number: int, id: int) -> str:
    return f"pictures/{number}/{id}.webp"
