"""A report as one HTML file that needs nothing else and may do nothing.

Its policy (CSP) allows the pictures in it and its own style, whose hash it names.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape

from visionlens_jlab.analysis.report import wording
from visionlens_jlab.analysis.report.content import Content, Picture
from visionlens_jlab.analysis.report.drawing import intervals_svg
from visionlens_jlab.analysis.shapes import AnalysisInfo, Finding

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
