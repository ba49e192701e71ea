"""What a check says."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Finding:
    """`note`: worth knowing, works all the same. `mend`: does not work before it is mended."""

    level: Literal["ok", "note", "mend"]
    subject: str
    message: str
    advice: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)
