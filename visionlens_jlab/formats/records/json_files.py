"""JSON files that are read at once."""

from __future__ import annotations

import json
from typing import Any

from visionlens_jlab.formats.text.decoding import decode_text


def read_json(data: bytes) -> Any:
    """What a JSON file holds. ValueError: it is broken, or nested too deeply."""
    try:
        text = decode_text(data).lstrip("\ufeff")
        value = json.loads(text)
        if "\\ud" in text.lower():  # halves of letters, which no text can hold
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
        return value
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def members(value: Any, what: str) -> dict[str, Any]:
    """A JSON object. ValueError."""
    if not isinstance(value, dict):
        raise ValueError(f"{what} is no JSON object")
    return value


def items(value: Any, what: str) -> list[Any]:
    """A JSON array. ValueError."""
    if not isinstance(value, list):
        raise ValueError(f"{what} is no list")
    return value
