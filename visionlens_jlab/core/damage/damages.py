"""What of an open dataset is damaged or lost beside its DuckDB file, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from visionlens_jlab.core.catalog.acknowledged import lost_messages, lost_writes
from visionlens_jlab.core.damage.stored_files import Inspection, stored_files
from visionlens_jlab.core.datasets.roots import LOCATION
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.core.system.confinement import Confinement, not_trusted


def find_damages(inspection: Inspection, readable: Confinement) -> list[Damage]:
    """Everything that is found without changing anything; readable: where its roots may lead."""
    files = (damage for kind in stored_files() for damage in kind.damages(inspection))
    return [*_writes(inspection), *_images(inspection, readable), *files]


def _writes(inspection: Inspection) -> Iterator[Damage]:
    lost = lost_writes(inspection.reader.cursor, inspection.folder)
    for count, message in zip(filter(None, lost), lost_messages(lost), strict=True):
        yield Damage(
            kind="writes",
            name=str(count),
            message=message,
            hint="Look at your last changes and make them again, or restore the folder from a "
            "copy.",
        )


def _images(inspection: Inspection, readable: Confinement) -> Iterator[Damage]:
    rows = inspection.reader.rows(
        f"SELECT r.name, {LOCATION}, count(*) FROM source_root r "
        "JOIN sample s ON s.root = r.name GROUP BY ALL ORDER BY 1"
    )
    for name, location, count in rows:
        if not readable.allows_root(location):
            refused = not_trusted(location)
            yield Damage(kind="roots", name=name, message=refused.message, hint=refused.hint)
        elif "://" not in location and not Path(location).is_dir():
            yield Damage(
                kind="images",
                name=name,
                message=f"{count:,} images are not where they were: there is no folder {location}.",
                hint="Move the folder back, or put a link in its place: "
                f"ln -s NEW_FOLDER '{location.rstrip('/')}'",
            )
