"""`dataset.json`: the card of a dataset, for whoever cannot open its DuckDB file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from visionlens_jlab.catalog.database import FILE_NAME
from visionlens_jlab.catalog.owner import read_owner
from visionlens_jlab.catalog.private_files import write_private_file
from visionlens_jlab.models import DatasetInfo

_FILE = "dataset.json"


def write_card(folder: Path, info: DatasetInfo) -> None:
    """Replace the card."""
    write_private_file(folder / _FILE, info.model_dump_json(indent=1).encode())


def read_card(folder: Path) -> DatasetInfo | None:
    """The card as it was written; None: there is none, or it cannot be read."""
    try:
        return DatasetInfo.model_validate_json((folder / _FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def current_card(folder: Path) -> DatasetInfo:
    """The card under the folder's own name; busy when held elsewhere, damaged without a file."""
    card = read_card(folder) or _unknown(folder)
    card = card.model_copy(update={"dataset": folder.name})
    if not (folder / FILE_NAME).is_file():
        return card.model_copy(update={"state": "damaged"})
    owner = read_owner(folder)
    if owner is not None and not owner.is_me and owner.is_alive():
        return card.model_copy(update={"state": "busy", "owner": str(owner)})
    return card


def _unknown(folder: Path) -> DatasetInfo:
    at = datetime.fromtimestamp(folder.stat().st_mtime, UTC).isoformat()
    return DatasetInfo(
        dataset=folder.name,
        uuid="",
        name=folder.name,
        created_at=at,
        modified_at=at,
        version=0,
        samples=0,
        annotations=0,
        classes=0,
    )
