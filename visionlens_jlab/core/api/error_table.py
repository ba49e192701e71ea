"""The table of `docs/errors.md`.

`python -m visionlens_jlab.core.api.error_table > docs/errors.md` writes it.
"""

from __future__ import annotations

import sys

from visionlens_jlab.errors import CODES

HEAD = """# Errors

Every failure of the REST API has one shape, whatever went wrong:

```json
{
  "code": "DATASET_NOT_FOUND",
  "message": "There is no dataset 'coco'.",
  "hint": "List the datasets to see their names.",
  "details": {},
  "request_id": "c35f020a307cf704"
}
```

`message` says what was wrong, `hint` what to do next, `details` holds facts for the expander in
the panels and for programs. The server's log names the `request_id` beside whatever it knows more;
the answer never holds a traceback.

In Python the same error is a `VisionLensError` with the same fields.

A hint is the code's own unless the place that raised it knows better.

"""


def document() -> str:
    """The whole page."""
    rows = [("Code", "Status", "Hint")]
    rows += [(f"`{name}`", str(code.status), code.hint) for name, code in CODES.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, _line(("-" * widths[0], "-" * widths[1], "-" * widths[2]), widths))
    return HEAD + "\n".join(lines) + "\n"


def _line(cells: tuple[str, str, str], widths: list[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


if __name__ == "__main__":
    sys.stdout.write(document())
