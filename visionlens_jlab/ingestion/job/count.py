"""The three counts of an ingest report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from visionlens_jlab.formats.base import Found, Issue

KINDS = {"image": "images", "annotation": "annotations", "label_file": "label_files"}


@dataclass
class Counts:
    """found as the format counted, imported as handed over, skipped as listed in the report."""

    found: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS.values(), 0))
    imported: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS.values(), 0))
    skipped: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS.values(), 0))

    read: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS.values(), 0))
    """As `found`, with what was in the dataset before."""

    def add_found(self, found: Found) -> None:
        """Add what a format saw."""
        for name in self.found:
            self.found[name] += getattr(found, name)
            self.read[name] += getattr(found, name)
        self.imported["label_files"] += found.label_files

    def add_issues(self, issues: list[Issue]) -> None:
        """Add what was skipped."""
        for issue in issues:
            if issue.action == "skipped" and issue.kind in KINDS:
                self.skipped[KINDS[issue.kind]] += 1
                if issue.kind == "label_file":
                    self.imported["label_files"] -= 1

    def forget(self, kind: str, number: int) -> None:
        """Leave things out that were in the dataset before."""
        self.found[kind] -= number

    def remember(self, issues: list[Issue]) -> None:
        """Count again what was forgotten and is reported after all."""
        self.found["annotations"] += sum(
            issue.action == "skipped" and issue.kind == "annotation" for issue in issues
        )

    def mismatches(self) -> list[Issue]:
        """An item for each kind whose numbers do not add up: a defect of a format."""
        issues = []
        for kind in self.found:
            found, imported, skipped = (
                counts[kind] for counts in (self.found, self.imported, self.skipped)
            )
            if found != imported + skipped:
                message = f"{found} found, but {imported} imported and {skipped} skipped."
                issues.append(Issue("COUNT_MISMATCH", "kept", "other", kind, message))
        return issues

    def summary(self) -> dict[str, Any]:
        """For the last piece."""
        return {
            kind: {
                "found": self.found[kind],
                "imported": self.imported[kind],
                "skipped": self.skipped[kind],
            }
            for kind in self.found
        }
