"""One finding as a notebook holds it, and the analysis that it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Generic, Literal, Self

from visionlens_jlab.analysis import wording
from visionlens_jlab.analysis.notebook.backend import FINDINGS
from visionlens_jlab.analysis.shapes import (
    AnalysisInfo,
    Effect,
    FindingChange,
    FindingStatus,
    Target,
)
from visionlens_jlab.analysis.shapes import Finding as FindingInfo
from visionlens_jlab.analysis.wording import intervals_svg
from visionlens_jlab.core.notebook.arguments import checked_methods, shaped
from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.notebook.frames import load_pandas
from visionlens_jlab.core.notebook.view import V, Viewing
from visionlens_jlab.core.shapes import Level

if TYPE_CHECKING:
    import pandas as pd

_EFFECT = ["units", "groups", "events", "rate", "rest", "difference", "low", "high", "p"]
_TOLD = 3
"""Slices that are too small to be tested, in a sentence."""
_SLICE = ["predicate", "label", "target", "level"]
_UNCONFIRMED = [*_SLICE, "reason", "difference", "confirmation", "covered_by"]
_UNTESTED = [*_SLICE, "units", "groups", "rate", "rest", "reason"]


@checked_methods
class Finding(Viewing[V], Generic[V]):
    """Where a run fails more than elsewhere: a hypothesis with its evidence.

    `effect` is that of the confirmation half, which had no part in finding it. You verify it:
    look at `failures()`, then say `verify()`.
    """

    def __init__(self, backend: DatasetBackend, info: FindingInfo) -> None:
        self._backend = backend
        self._info = info

    @property
    def detail(self) -> FindingInfo:
        """Everything that is known of it, as it was read last."""
        return self._info

    @property
    def id(self) -> str:
        """The same whenever the same slice of the same evaluation is found."""
        return self._info.finding

    @property
    def title(self) -> str:
        """In a few words."""
        return self._info.title

    @property
    def description(self) -> str:
        """In a few sentences."""
        return self._info.description

    @property
    def target(self) -> Target:
        """What there is more of: see `Dataset.analyse`."""
        return self._info.target

    @property
    def level(self) -> Level:
        """What its units are: "samples" or "annotations"."""
        return self._info.level

    @property
    def predicate(self) -> str:
        """The slice: `ds.view(predicate, level=level)` has `count` rows."""
        return self._info.predicate

    @property
    def sql(self) -> str:
        """One SELECT with the ids of the same rows, for `Dataset.sql`."""
        return self._info.sql

    @property
    def count(self) -> int:
        """Rows of the predicate; `units` of these take part in the evaluation."""
        return self._info.count

    @property
    def units(self) -> int:
        """Rows of `view()`."""
        return self._info.units

    @property
    def effect(self) -> Effect:
        """The confirmation half's: rates in and outside the slice, difference, interval, p."""
        return self._info.confirmation

    @property
    def effects(self) -> pd.DataFrame:
        """Both halves, and the last check where there was one; one row each."""
        rows = {name: effect.model_dump() for name, effect in wording.effects_of(self._info)}
        frame: pd.DataFrame = load_pandas().DataFrame.from_dict(rows, orient="index")
        return frame[[*_EFFECT, "p_adjusted", "method"]]

    @property
    def status(self) -> FindingStatus:
        """`hypothesis`, or what a user made of it: `verified`, `rejected`."""
        return self._info.status

    @property
    def notes(self) -> str:
        """What a user noted."""
        return self._info.notes

    @property
    def stale(self) -> bool:
        """Whether labels, predictions or the slice changed since; see `Dataset.recheck`."""
        return self._info.stale

    @property
    def holds(self) -> bool | None:
        """Of the last check after a change of the data; None: there was none."""
        return self._info.holds

    def view(self) -> V:
        """The slice's units."""
        return self._view(self._info.view)

    def failures(self) -> V:
        """Those of them that fail."""
        return self._view(self._info.failures)

    def to_pandas(self) -> pd.DataFrame:
        """A row for each unit; of objects with `outcome`, `partner_id`, `iou`, `error`."""
        return self.view().to_pandas()

    def refresh(self) -> Self:
        """The same, read again."""
        self._info = self._backend.part(FINDINGS).read(self.id)
        return self

    def verify(
        self,
        status: Literal["verified", "rejected", "hypothesis"] = "verified",
        notes: str | None = None,
    ) -> Self:
        """Say what you make of it; `notes` replace those there are.

        Raises
        ------
        VisionLensError
            FINDING_NOT_FOUND, DATASET_READ_ONLY.
        """
        return self._change(shaped(FindingChange, status=status, notes=notes))

    def judge(self, verdicts: Mapping[int, bool | None]) -> Self:
        """Say of single units whether the finding is true of them; None takes an answer back.

        From ten answers on `detail.suggested` may name a status; you decide.

        Parameters
        ----------
        verdicts : mapping
            Id of a unit -> answer.

        Raises
        ------
        VisionLensError
            FINDING_NOT_FOUND, DATASET_READ_ONLY.
        """
        return self._change(
            shaped(FindingChange, verdicts={int(key): v for key, v in verdicts.items()})
        )

    def rename(self, title: str) -> Self:
        """Give it a title of your own.

        Raises
        ------
        VisionLensError
            FINDING_NOT_FOUND, DATASET_READ_ONLY.
        """
        return self._change(shaped(FindingChange, title=title))

    def delete(self) -> None:
        """Remove it; an analysis may find it again.

        Raises
        ------
        VisionLensError
            FINDING_NOT_FOUND, DATASET_READ_ONLY.
        """
        self._backend.part(FINDINGS).delete(self.id)

    def _change(self, change: FindingChange) -> Self:
        self._info = self._backend.part(FINDINGS).change(self.id, change)
        return self

    def __repr__(self) -> str:
        info = self._info
        return f"<Finding {info.title}: {wording.headline(info)}, {info.status}>"

    def _repr_html_(self) -> str:
        info = self._info
        facts = [
            wording.STATUSES[info.status],
            wording.target_of(info),
            wording.size_of(info),
            wording.state_of(info),
            wording.verdicts_of(info),
        ]
        lines = [
            f"<b>{escape(info.title)}</b>",
            f'<span style="opacity:.7">{escape(", ".join(filter(None, facts)))}</span>',
            escape(wording.headline(info)),
            intervals_svg(info),
            f"<code>{escape(info.predicate)}</code>",
            escape(f"{info.action.text} {info.action.reason}"),
            escape(info.notes),
        ]
        return _card(lines)


@checked_methods
class Analysis(Viewing[V], Generic[V]):
    """One search for slices: what was asked, tested and left out."""

    def __init__(self, backend: DatasetBackend, info: AnalysisInfo) -> None:
        self._backend = backend
        self._info = info

    @property
    def detail(self) -> AnalysisInfo:
        """Everything that is known of it."""
        return self._info

    @property
    def findings(self) -> list[Finding[V]]:
        """Those of its findings that are still there, as it ranks them."""
        known = self._backend.part(FINDINGS).all(self._info.evaluation)
        there = {one.finding: one for one in known}
        return [Finding(self._backend, there[id]) for id in self._info.findings if id in there]

    @property
    def unconfirmed(self) -> pd.DataFrame:
        """Slices that the discovery half spoke for and that are no findings, with the reason."""
        rows = [
            (
                *(one.predicate, one.label, one.target, one.level, one.reason),
                one.discovery.difference,
                one.confirmation.difference if one.confirmation else None,
                one.covered_by,
            )
            for one in self._info.unconfirmed
        ]
        return _frame(rows, _UNCONFIRMED)

    @property
    def silences(self) -> list[str]:
        """What could not be looked for, and what little there is where nothing was found."""
        info = self._info
        if info.findings or not info.untested:
            return info.warnings
        labels = list(dict.fromkeys(one.label for one in info.untested))
        more = f" and {len(labels) - _TOLD} more (see untested)" if len(labels) > _TOLD else ""
        seen = f"Too small to be tested: {'; '.join(labels[:_TOLD])}{more}."
        return [*info.warnings, f"No slice holds on both halves. {seen}"]

    @property
    def untested(self) -> pd.DataFrame:
        """Slices that look worse but are too small to be tested, worst first, with the reason.

        Nothing confirms them: they are hints where to look, or of what to collect more.
        """
        rows = [
            (
                *(one.predicate, one.label, one.target, one.level, one.effect.units),
                *(one.effect.groups, one.effect.rate, one.effect.rest, one.reason),
            )
            for one in self._info.untested
        ]
        return _frame(rows, _UNTESTED)

    @property
    def left_out(self) -> pd.DataFrame:
        """Fields that took no part, with the reason."""
        return _frame([(one.field, one.reason) for one in self._info.left_out], ["field", "reason"])

    def __repr__(self) -> str:
        info = self._info
        return (
            f"<Analysis of {info.evaluation}: {len(info.findings)} findings, {info.tested:,} "
            f"slices tested, {len(info.unconfirmed):,} not confirmed, {len(info.untested):,} too "
            "small to test>"
        )

    def _repr_html_(self) -> str:
        heading = f"<b>How {escape(self._info.evaluation)} was searched</b>"
        return _card([heading, *(escape(text) for text in wording.about(self._info))])


def _card(lines: list[str]) -> str:
    shown = "".join(f'<div style="margin:2px 0">{line}</div>' for line in lines if line)
    return (
        '<div style="font-family:sans-serif;font-size:13px;border:1px solid rgba(128,128,128,.4);'
        f'border-radius:4px;padding:6px 10px;max-width:720px">{shown}</div>'
    )


def _frame(rows: Sequence[tuple[Any, ...]], columns: list[str]) -> pd.DataFrame:
    frame: pd.DataFrame = load_pandas().DataFrame(rows, columns=columns)
    return frame
