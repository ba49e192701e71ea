"""The report of an ingest, as a notebook shows it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.datasets.shapes import IngestReport, ReportCount
from visionlens_jlab.core.notebook.frames import load_pandas

if TYPE_CHECKING:
    import pandas as pd

PAGE = 1000
SHOWN = 20

Pages = Callable[[int, int], IngestReport | None]


class Report:
    """What an ingest found, took in, and could not take in.

    For images, annotations and label files `found == imported + skipped` holds; every skipped or
    repaired one is an item. `report["images"]["found"]` and `report.images.found` are the same.
    """

    def __init__(self, first: IngestReport, page: Pages) -> None:
        self._first = first
        self._page = page

    @classmethod
    def read(cls, page: Pages) -> Report | None:
        """The report that `page(offset, limit)` gives, or None when there is none."""
        first = page(0, PAGE)
        return None if first is None else cls(first, page)

    @property
    def format(self) -> str:
        """Name of the format that was read."""
        return self._first.format

    @property
    def source(self) -> str:
        """Where it was read from."""
        return self._first.source

    def warnings(self) -> list[str]:
        """What must be told at once of an import of predictions."""
        return self._first.warnings()

    @property
    def started_at(self) -> str:
        """ISO 8601, UTC."""
        return self._first.started_at

    @property
    def finished_at(self) -> str | None:
        """ISO 8601, UTC; None: never finished."""
        return self._first.finished_at

    @property
    def images(self) -> ReportCount:
        """Counts `found`, `imported`, `skipped` of image files."""
        return self._first.images

    @property
    def annotations(self) -> ReportCount:
        """Counts `found`, `imported`, `skipped` of annotations."""
        return self._first.annotations

    @property
    def label_files(self) -> ReportCount:
        """Counts `found`, `imported`, `skipped` of label files."""
        return self._first.label_files

    @property
    def by_code(self) -> dict[str, int]:
        """Number of items of each code."""
        return dict(self._first.by_code)

    @property
    def items_total(self) -> int:
        """Number of items."""
        return self._first.items_total

    @cached_property
    def items(self) -> list[dict[str, Any]]:
        """Every item: code, action (kept, repaired, skipped), kind, item, message, sample_id."""
        items = list(self._first.items)
        while len(items) < self._first.items_total:
            page = self._page(len(items), PAGE)
            if page is None or not page.items:
                break
            items += page.items
        return [item.model_dump() for item in items]

    def to_dict(self) -> dict[str, Any]:
        """Everything, with all items."""
        return {**self._first.model_dump(), "items": self.items}

    def to_pandas(self) -> pd.DataFrame:
        """The items, one a row."""
        frame: pd.DataFrame = load_pandas().DataFrame(
            self.items, columns=["code", "action", "kind", "item", "message", "sample_id"]
        )
        return frame

    def __getitem__(self, key: str) -> Any:
        return self.to_dict()[key]

    def _counts(self) -> list[tuple[str, ReportCount]]:
        named = [
            ("images", self.images),
            ("annotations", self.annotations),
            ("label files", self.label_files),
        ]
        return [(name, count) for name, count in named if count.found]

    def __repr__(self) -> str:
        lines = [f"Report of {self.format} from {self.source}"]
        if self.finished_at is None:
            lines = ["The ingest has not come to its end; what is counted is what is there."]
        lines += [
            f"  {name}: {count.found:,} found = {count.imported:,} imported"
            f" + {count.skipped:,} skipped"
            for name, count in self._counts()
        ]
        lines += [f"  {code}: {number:,}" for code, number in self.by_code.items()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        counts = "".join(
            f"<tr><td>{name}</td><td>{count.found:,}</td><td>{count.imported:,}</td>"
            f"<td>{count.skipped:,}</td></tr>"
            for name, count in self._counts()
        )
        shown = self._first.items[:SHOWN]
        items = "".join(
            "<tr>"
            + "".join(
                f'<td style="text-align:left">{escape(text)}</td>'
                for text in (item.code, item.action, item.item, item.message)
            )
            + "</tr>"
            for item in shown
        )
        rest = self.items_total - len(shown)
        return (
            f"<p><b>{escape(self.format)}</b> from <code>{escape(self.source)}</code></p>"
            "<table><thead><tr><th></th><th>found</th><th>imported</th><th>skipped</th></tr></thead>"
            f"<tbody>{counts}</tbody></table>"
            + (
                "<table><thead><tr><th>code</th><th>action</th><th>item</th><th>message</th></tr>"
                f"</thead><tbody>{items}</tbody></table>"
                if items
                else "<p>Nothing to report.</p>"
            )
            + (f"<p>and {rest:,} more: <code>report.to_pandas()</code></p>" if rest > 0 else "")
        )
