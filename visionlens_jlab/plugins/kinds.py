"""What kinds of things plugins contribute."""

from __future__ import annotations

from typing import Literal

Kind = Literal[
    "operator",
    "measure",
    "format",
    "source",
    "embedder",
    "evaluator",
    "tool",
    "hook",
    "panel",
]
Hook = Literal["on_ingest", "post_ingest", "on_transform", "on_view", "on_selection", "on_evaluate"]
