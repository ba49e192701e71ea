"""Findings as a file to keep or to send: one HTML page, or Markdown with its pictures.

The page needs nothing else and may do nothing: its policy (CSP) allows the pictures in it and its
own style, whose hash it names.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from visionlens_jlab.analysis import wording
from visionlens_jlab.analysis.shapes import AnalysisInfo, Finding, FindingReport
from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.analysis.wording import intervals_svg
from visionlens_jlab.attributes.shapes import Attribute
from visionlens_jlab.attributes.store.attributes import Attributes
from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.store.images import Images

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.dataset import OpenDataset


LONG_SIDE = 224
"""Of a picture, in pixels."""


@dataclass(frozen=True)
class Picture:
    """One failing unit, as WebP."""

    id: int
    content: bytes


@dataclass(frozen=True)
class Content:
    """Findings with their pictures, and the analyses that they come from."""

    dataset: str
    created_at: str
    findings: list[Finding]
    analyses: list[AnalysisInfo]
    pictures: dict[str, list[Picture]] = field(default_factory=dict)
    attributes: dict[str, Attribute] = field(default_factory=dict)

    def calibrated(self, found: Finding) -> list[Attribute]:
        """The visual attributes that a finding uses."""
        return [self.attributes[name] for name in found.attributes if name in self.attributes]


def gather(store: OpenDataset, request: FindingReport, created_at: str) -> Content:
    """Read what a report is about. FINDING_NOT_FOUND."""
    findings = _chosen(store, request)
    names = {found.evaluation for found in findings}
    analyses = [info for info in store.part(Findings).analyses() if info.evaluation in names]
    newest = {info.evaluation: info for info in reversed(analyses)}
    pictures = {found.finding: pictures_of(store, found, request.pictures) for found in findings}
    attributes = {one.spec.name: one for one in store.part(Attributes).all()}
    analysed = list(newest.values())
    return Content(store.name, created_at, findings, analysed, pictures, attributes)


def _chosen(store: OpenDataset, request: FindingReport) -> list[Finding]:
    if request.findings is not None:
        return [store.part(Findings).read(name) for name in dict.fromkeys(request.findings)]
    found = store.part(Findings).all(request.evaluation)
    return [one for one in found if one.status != "rejected"]


def pictures_of(store: OpenDataset, found: Finding, count: int) -> list[Picture]:
    """Up to `count` of its examples that can be shown."""
    with store.snapshot() as snapshot:
        there = set(snapshot.view(ViewSpec(level=found.level, all=True)).ids.tolist())
    ids = [id for id in found.examples if id in there][:count]
    if found.level == "samples":
        contents = store.part(Images).thumbnails.read_many([(id, "") for id in ids])
    else:
        contents = [_crop(store, id) for id in ids]
    return [Picture(id, content) for id, content in zip(ids, contents, strict=True) if content]


def _crop(store: OpenDataset, annotation_id: int) -> bytes:
    """The annotation with its surroundings; nothing where its image cannot be read."""
    from visionlens_jlab.media.drawing import draw_crop

    with suppress(VisionLensError):
        source = store.part(Images).crop_source(annotation_id)
        if source.box is not None:
            with store.part(Images).open(source.location, source.path) as file:
                return draw_crop(file, source.box, long_side=LONG_SIDE, size=source.size)
    return b""


STYLE = """
body { font: 14px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 0 0 .25rem; }
article { border-top: 1px solid #ccc; padding: 1.25rem 0; }
table { border-collapse: collapse; margin: .5rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid #e4e4e4; text-align: right; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
code { background: #f3f3f3; padding: .1rem .3rem; overflow-wrap: anywhere; }
.status { border: 1px solid #888; border-radius: .6rem; padding: 0 .5rem; font-size: .85rem; }
.pictures { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; }
.pictures img { height: 6rem; max-width: 100%; object-fit: contain; border-radius: 3px; }
.muted { color: #666; }
@media print { article { break-inside: avoid; } }
"""
POLICY = (
    "default-src 'none'; img-src data:; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'; base-uri 'none'; form-action 'none'"
)


def to_html(content: Content) -> bytes:
    """The file, UTF-8."""
    title = f"Findings in {content.dataset}"
    parts = [
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">',
        '<meta name="viewport" content="width=device-width"><meta name="referrer" '
        'content="no-referrer">',
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        f'<p class="muted">{escape(wording.summary(content.findings))} '
        f"Made {escape(content.created_at)}.</p>",
    ]
    for found in content.findings:
        parts.append(_article(found, content))
    parts += [_analysis(info) for info in content.analyses]
    return "".join([*parts, "</body></html>\n"]).encode()


def _article(found: Finding, content: Content) -> str:
    pictures = content.pictures.get(found.finding, [])
    state = wording.state_of(found)
    lines = [
        f'<article><h2>{escape(found.title)}</h2><p><span class="status">'
        f"{wording.STATUSES[found.status]}</span> {escape(wording.target_of(found))}, "
        f"{escape(wording.size_of(found))}, run {escape(found.run)}, evaluation "
        f"{escape(found.evaluation)}{_after(state)}</p>",
        f"<p>{escape(found.description)}</p>",
        _table(wording.COLUMNS, wording.figures(found)),
        intervals_svg(found),
        '<div class="pictures">'
        + "".join(_image(picture, found) for picture in pictures)
        + "</div>",
        f"<p>Slice ({found.count:,} rows): <code>{escape(found.predicate)}</code></p>",
        f"<p>SQL: <code>{escape(found.sql)}</code></p>",
    ]
    lines += [
        f"<p>{escape(text)}</p>" for text in wording.remarks(found, content.calibrated(found))
    ]
    return "".join([*lines, "</article>"])


def _image(picture: Picture, found: Finding) -> str:
    data = base64.b64encode(picture.content).decode()
    return f'<img alt="{found.level[:-1]} {picture.id}" src="data:image/webp;base64,{data}">'


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _analysis(info: AnalysisInfo) -> str:
    lines = "".join(f"<li>{escape(text)}</li>" for text in wording.about(info))
    return f"<article><h2>How {escape(info.evaluation)} was searched</h2><ul>{lines}</ul></article>"


def _after(text: str) -> str:
    return f", <strong>{escape(text)}</strong>" if text else ""


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


class Report(NamedTuple):
    """A file: its content, what it is, and what to call it."""

    content: bytes
    media_type: str
    filename: str


class Reports(Part):
    """Reports of the findings of one dataset."""

    def build(self, request: FindingReport) -> bytes:
        """The file's content; FINDING_NOT_FOUND."""
        return build_report(self.store, request).content


def build_report(store: OpenDataset, request: FindingReport) -> Report:
    """Findings with their figures, predicates and pictures. FINDING_NOT_FOUND."""
    now = datetime.now(UTC)
    content = gather(store, request, f"{now:%Y-%m-%d %H:%M} UTC")
    if request.format == "html":
        return Report(to_html(content), "text/html; charset=utf-8", f"{store.slug}-findings.html")
    return Report(to_archive(content), "application/zip", f"{store.slug}-findings.zip")
