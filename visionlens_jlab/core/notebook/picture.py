"""A lens as a small static picture: a contact sheet and one line of text."""

from __future__ import annotations

import base64
from html import escape

from visionlens_jlab.core.workspace.shapes import Workspace

TILES = 24


def header(workspace: Workspace) -> str:
    """`347 of 1,000 samples, 12 selected`, as every panel says it."""
    return (
        f"{workspace.count:,} of {workspace.total:,} {workspace.view.level},"
        f" {workspace.selection.count:,} selected"
    )


def to_html(name: str, workspace: Workspace, sheet: bytes | None) -> str:
    """The picture as HTML that needs nothing else; what users typed is escaped."""
    predicate = f" <code>{escape(workspace.predicate)}</code>" if workspace.predicate else ""
    image = (
        f'<img alt="{escape(header(workspace))}" style="max-width:100%;border-radius:4px"'
        f' src="data:image/webp;base64,{base64.b64encode(sheet).decode()}">'
        if sheet
        else ""
    )
    return (
        '<div style="font-family:sans-serif;font-size:13px">'
        f'<div style="margin:4px 0"><b>{escape(name)}</b> {header(workspace)}{predicate}</div>'
        f"{image}</div>"
    )
