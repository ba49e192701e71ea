"""A slice that somebody asked about, as a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from visionlens_jlab.analysis.shapes import Author, Condition, Finding, SliceTest
from visionlens_jlab.analysis.store.slice_tests import members_of, read_units
from visionlens_jlab.core.catalog.clock import to_iso, utc_now
from visionlens_jlab.core.sql.select_text import select_text
from visionlens_jlab.core.views.shapes import ViewSpec

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot

_EXAMPLES = 20


def asked_finding(snapshot: Snapshot, tested: SliceTest, author: Author) -> Finding:
    """The finding of a test, with its rows as the test counts them.

    EVALUATION_NOT_FOUND, ANALYSIS_INVALID; what the predicate raises.
    """
    from visionlens_jlab.analysis.slices.actions import action_for
    from visionlens_jlab.analysis.slices.findings import examples_of, name_of, narrowed
    from visionlens_jlab.analysis.slices.members import members_digest
    from visionlens_jlab.analysis.slices.single_test import units_of
    from visionlens_jlab.analysis.slices.statistics.halves import both
    from visionlens_jlab.analysis.slices.wording import description_of, title_for

    request = tested.request
    given = read_units(snapshot, request)
    units = units_of(given, request)
    predicate = tested.view.where or ""
    ids = members_of(snapshot, predicate, request)
    everything = both(given, units)
    mask = np.isin(given.ids(units.population), ids)[everything.rows]
    spec = ViewSpec(level=request.level, where=predicate)
    return Finding(
        finding=name_of(given.evaluation, units, predicate),
        analysis=None,
        evaluation=given.evaluation,
        run=given.run,
        target=units.target,
        error=units.error,
        level=units.level,
        title=title_for(units, f"where {request.where.strip()}", tested.confirmation),
        description=description_of(units, tested.discovery, tested.confirmation, []),
        predicate=predicate,
        sql=select_text(spec, snapshot.fields),
        conditions=[Condition(field="", text=predicate, label=request.where.strip())],
        view=tested.view,
        failures=narrowed(units.failures, predicate),
        count=len(ids),
        members=members_digest(ids),
        units=int(np.count_nonzero(mask)),
        groups=everything.count_groups(mask),
        discovery=tested.discovery,
        confirmation=tested.confirmation,
        examples=examples_of(given, units, mask, _EXAMPLES),
        action=action_for(given, units, everything, mask, ()),
        author=author,
        created_at=to_iso(utc_now()),
    )
