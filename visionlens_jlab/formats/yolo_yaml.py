"""YAML files of datasets as plain values: every scalar stays the text it is.

YAML 1.1 would read the class `no` as false and `012` as ten. Tags that name objects of a
programming language are refused, and so is what is too large or too deep to be such a file.
"""

from __future__ import annotations

from typing import Any

import yaml

MAX_BYTES = 8 * 2**20
MAX_VALUES = 500_000
"""Aliases count each time: a few lines of them can stand for billions."""
MAX_DEPTH = 20
_FAST_FROM = 2**15
_STANDARD = "tag:yaml.org,2002:"
_NULL = _STANDARD + "null"


def parse_yaml(text: str) -> tuple[Any, list[str]]:
    """Nested dicts, lists, strings and None, and the keys that occur twice (the later one counts).

    Raises ValueError with the reason.
    """
    if len(text) > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES >> 20} MB")
    # The parser in C is far faster but overflows the stack where the other raises an error.
    deep = sum(text.count(sign) for sign in "[{") > MAX_VALUES // 100
    fast = len(text) > _FAST_FROM and not deep and hasattr(yaml, "CSafeLoader")
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader if fast else yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise ValueError(_reason(error)) from error
    except (RecursionError, ValueError) as error:
        raise ValueError("it is nested too deeply or holds characters YAML forbids") from error
    if node is None:
        return None, []
    reader = _Reader()
    return reader.value(node, 0), reader.doubled


def _reason(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
    return f"line {mark.line + 1}: {problem}" if mark is not None else str(problem)


class _Reader:
    def __init__(self) -> None:
        self.doubled: list[str] = []
        self._values = 0

    def value(self, node: yaml.Node, depth: int) -> Any:
        self._values += 1
        if depth > MAX_DEPTH or self._values > MAX_VALUES:
            raise ValueError("it is nested too deeply or stands for too many values")
        plain = node.tag.startswith(_STANDARD) and not node.tag.startswith(_STANDARD + "python/")
        if not plain and node.tag != "!":
            raise ValueError(f"line {node.start_mark.line + 1}: the tag {node.tag} is refused")
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, depth)
        return None if node.tag == _NULL else str(node.value)

    def _mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self.value(key_node, depth + 1)
            value = self.value(value_node, depth + 1)
            if not isinstance(key, str):
                continue
            if key == "<<" and isinstance(value, dict):
                found = {**value, **found}
                continue
            if key in found:
                self.doubled.append(key)
            found[key] = value
        return found
