"""Tells whether two versions of `openapi.json` say the same: `tools/contract.py OLD NEW`.

Addresses, operations, parameters, bodies, answers and the schemas they name are compared, whether
they stand where they are used or are referred to. Titles are none of it. `git show
COMMIT:openapi.json > old.json` gives an older one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Document = dict[str, Any]


def differences(old: Document, new: Document) -> Iterator[str]:
    """Each difference as a sentence."""
    parts = _parts(old), _parts(new)
    for name in sorted(parts[0].keys() | parts[1].keys()):
        before, after = (part.get(name) for part in parts)
        if before is None or after is None:
            yield f"{name} {'is new' if before is None else 'is gone'}."
        elif before != after:
            yield f"{name} was {json.dumps(before)} and is {json.dumps(after)}."


def _parts(document: Document) -> Document:
    """What can differ, by a name for each: `get /jobs answers 404`."""
    parts: Document = {}
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for verb in item.keys() - {"parameters"}:
            operation = dict(item[verb])
            name = f"{verb} {path}"
            for given in (*shared, *operation.pop("parameters", [])):
                parameter = _resolved(document, given)
                parts[f"{name} takes {parameter['in']} {parameter['name']}"] = parameter
            for status, given in operation.pop("responses").items():
                parts[f"{name} answers {status}"] = _resolved(document, given)
            parts[name] = _resolved(document, operation)
    for name, schema in document["components"]["schemas"].items():
        parts[f"The schema {name}"] = _resolved(document, schema)
    return parts


def _resolved(document: Document, value: Any) -> Any:
    """The value without titles, defaults and references to what has no name of its own."""
    if isinstance(value, list):
        return [_resolved(document, part) for part in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref", "")
    if reference.startswith("#/components/") and not reference.startswith("#/components/schemas/"):
        kind, name = reference.removeprefix("#/components/").split("/")
        return _resolved(document, document["components"][kind][name])
    return {
        key: _resolved(document, part)
        for key, part in value.items()
        if not (key == "title" and isinstance(part, str)) and not (key == "required" and not part)
    }


def main() -> int:
    """Print the differences; 1 if there are any."""
    old, new = (json.loads(Path(name).read_text("utf-8")) for name in sys.argv[1:3])
    found = list(differences(old, new))
    print("\n".join(found) or "They say the same.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
