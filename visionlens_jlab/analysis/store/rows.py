"""Analyses, findings and tests of slices as rows, and the evidence that findings rest on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from visionlens_jlab.analysis.shapes import (
    AnalysisInfo,
    AnalysisResult,
    Claim,
    Effect,
    Finding,
    FindingChange,
    SliceRequest,
)
from visionlens_jlab.core.catalog.clock import to_iso, utc_now
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.pieces import Piece, PlacedFiles
from visionlens_jlab.core.predicates.renderer import literal
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.store.rows import EvaluationsRemoved, RunRenamed
from visionlens_jlab.evaluation.store.rows import Stored as StoredEvaluation

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.core.views.tables import Ids


_ANALYSES_KEPT = 20
"""Of each evaluation: what they left out and could not confirm is long."""
_OF_USER = ("status", "notes", "verdicts", "renamed", "created_at")
"""What a finding that is found again keeps."""


@dataclass(frozen=True)
class Stored:
    """A finding as it was made or checked last; `digest` is that of its evidence then."""

    finding: Finding
    digest: str


def write_analysis(cursor: duckdb.DuckDBPyConnection, piece: Piece, _: PlacedFiles) -> None:
    """Store an analysis with its findings, unless its evaluation is gone by now.

    Earlier findings of the same targets that no user has touched make room. One that is found
    again keeps what a user said of it. `piece.summary["analysis"]` has the `result` (an
    AnalysisResult) and the `digest` of the evidence.
    """
    made = piece.summary["analysis"]
    result = AnalysisResult.model_validate(made["result"])
    info = result.analysis
    evaluation = info.evaluation
    known = "SELECT 1 FROM evaluation WHERE evaluation = ?"
    if not cursor.execute(known, [evaluation]).fetchall():
        return
    for stored in _read(Reader(cursor), "WHERE evaluation = ?", [evaluation]):
        if not is_touched(stored.finding) and _is_replaced(stored.finding, info):
            _delete(cursor, stored.finding.finding)
    for found in result.findings:
        put_finding(cursor, found, made["digest"])
    cursor.execute("DELETE FROM analysis WHERE analysis = ?", [info.analysis])
    cursor.execute(
        "INSERT INTO analysis VALUES (?, ?, ?, ?)",
        [info.analysis, evaluation, info.model_dump_json(), utc_now()],
    )
    cursor.execute(
        "DELETE FROM analysis WHERE evaluation = ? AND analysis NOT IN (SELECT analysis FROM "
        "analysis WHERE evaluation = ? ORDER BY created_at DESC LIMIT ?)",
        [evaluation, evaluation, _ANALYSES_KEPT],
    )


def _is_replaced(found: Finding, info: AnalysisInfo) -> bool:
    """Whether an analysis looked where a finding of statistics came from."""
    asked = info.request
    return (
        found.author == "statistics"
        and asked.target in (None, found.target)
        and asked.error in (None, found.error)
        and asked.level in (None, found.level)
    )


def is_touched(found: Finding) -> bool:
    """Whether a user has said something of a finding."""
    return bool(found.status != "hypothesis" or found.notes or found.verdicts or found.renamed)


def put_finding(cursor: duckdb.DuckDBPyConnection, found: Finding, digest: str) -> None:
    """Store a finding; of one that is there already what a user said of it stays."""
    before = _read(Reader(cursor), "WHERE finding = ?", [found.finding])
    if before:
        earlier = before[0].finding
        kept = {name: getattr(earlier, name) for name in _OF_USER}
        if earlier.renamed:
            kept["title"] = earlier.title
        if not found.explanation:
            kept["explanation"] = earlier.explanation
        found = found.model_copy(update=kept)
        _delete(cursor, found.finding)
    now = utc_now()
    if not before:
        found = found.model_copy(update={"created_at": to_iso(now)})
    names = (found.finding, found.analysis, found.evaluation, found.status)
    cursor.execute(
        "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?)", [*names, digest, _content(found), now]
    )


def write_checks(cursor: duckdb.DuckDBPyConnection, piece: Piece, _: PlacedFiles) -> None:
    """Store what a check of findings gave; those that are gone by now are passed over.

    `piece.summary["checks"]` has of each `finding`: `run`, `digest`, `count`, `members`, `now` (an
    Effect), `holds`.
    """
    at = to_iso(utc_now())
    for check in piece.summary["checks"]:
        stored = _read(Reader(cursor), "WHERE finding = ?", [check["finding"]])
        if not stored:
            continue
        now = Effect.model_validate(check["now"])
        changed = {
            "run": check["run"],
            "count": check["count"],
            "members": check["members"],
            "units": now.units,
            "groups": now.groups,
            "now": now,
            "holds": check["holds"],
            "checked_at": at,
        }
        _update(cursor, stored[0].finding.model_copy(update=changed))
        cursor.execute(
            "UPDATE finding SET digest = ? WHERE finding = ?", [check["digest"], check["finding"]]
        )


def change_finding(cursor: duckdb.DuckDBPyConnection, finding: str, change: FindingChange) -> None:
    """Store what a user says of a finding. FINDING_NOT_FOUND."""
    before = read_finding(Reader(cursor), finding).finding
    changed: dict[str, Any] = change.model_dump(
        include={"status", "notes", "title"}, exclude_none=True
    )
    if "title" in changed:
        changed["renamed"] = True
    if change.verdicts:
        verdicts: dict[int, bool | None] = {**before.verdicts, **change.verdicts}
        changed["verdicts"] = {key: value for key, value in verdicts.items() if value is not None}
    _update(cursor, before.model_copy(update=changed))


def explain_finding(
    cursor: duckdb.DuckDBPyConnection, finding: str, explanation: Sequence[Claim]
) -> None:
    """Store what an agent says of a finding. FINDING_NOT_FOUND."""
    before = read_finding(Reader(cursor), finding).finding
    _update(cursor, before.model_copy(update={"explanation": list(explanation)}))


def delete_finding(cursor: duckdb.DuckDBPyConnection, finding: str) -> None:
    """Remove a finding. FINDING_NOT_FOUND."""
    if not _delete(cursor, finding):
        raise _no_finding(finding)


def read_findings(reader: Reader, evaluation: str | None = None) -> list[Stored]:
    """Findings of one evaluation or of all: those of the newest analysis first, as it ranks them.

    What agents and users found comes by time among the analyses.
    """
    where, values = ("WHERE evaluation = ?", [evaluation]) if evaluation is not None else ("", [])
    found = _read(reader, where, values)
    places = {
        (info.analysis, name): (info.created_at, -place)
        for info in read_analyses(reader, evaluation)
        for place, name in enumerate(info.findings)
    }

    def place(stored: Stored) -> tuple[str, int]:
        one = stored.finding
        return places.get((one.analysis or "", one.finding), (one.created_at, 0))

    return sorted(found, key=place, reverse=True)


def read_finding(reader: Reader, finding: str) -> Stored:
    """One finding. FINDING_NOT_FOUND."""
    found = _read(reader, "WHERE finding = ?", [finding])
    if not found:
        raise _no_finding(finding)
    return found[0]


def read_analyses(reader: Reader, evaluation: str | None = None) -> list[AnalysisInfo]:
    """Analyses of one evaluation or of all, newest first."""
    where, values = ("WHERE evaluation = ?", [evaluation]) if evaluation is not None else ("", [])
    rows = reader.rows(
        f"SELECT info, created_at FROM analysis {where} ORDER BY created_at DESC, analysis", values
    )
    return [
        AnalysisInfo.model_validate_json(info).model_copy(update={"created_at": to_iso(created)})
        for info, created in rows
    ]


def read_analysis(reader: Reader, analysis: str) -> AnalysisInfo:
    """One analysis. ANALYSIS_NOT_FOUND."""
    for info in read_analyses(reader):
        if info.analysis == analysis:
            return info
    raise VisionLensError("ANALYSIS_NOT_FOUND", f"There is no analysis {analysis!r}.")


Pair = tuple[float | None, float | None]
"""`p` of a slice in the discovery and in the confirmation half; None: it was not tested there."""


def write_test(
    cursor: duckdb.DuckDBPyConnection, request: SliceRequest, predicate: str, found: Pair
) -> None:
    """Record that a slice was tested; the same one asked again counts once."""
    key = [request.evaluation, _target(request), request.level, predicate]
    cursor.execute(
        "DELETE FROM slice_test WHERE evaluation = ? AND target = ? AND level = ? "
        "AND predicate = ?",
        key,
    )
    cursor.execute(
        "INSERT INTO slice_test VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [*key, request.asked_by, *found, utc_now()],
    )


def read_tests(
    reader: Reader, evaluation: str, but: tuple[SliceRequest, str] | None = None
) -> list[tuple[float, float]]:
    """`p` of every slice of an evaluation that was tested by hand or by agents, oldest first.

    What was not tested in a half speaks for nothing there: 1. `but`: a slice that is tested again,
    with its predicate.
    """
    rows = reader.rows(
        "SELECT target, level, predicate, coalesce(p_discovery, 1), coalesce(p_confirmation, 1) "
        "FROM slice_test "
        "WHERE evaluation = ? ORDER BY created_at, target, level, predicate",
        [evaluation],
    )
    again = None if but is None else (_target(but[0]), but[0].level, but[1])
    return [(first, second) for *key, first, second in rows if tuple(key) != again]


def largest_analysis(reader: Reader, evaluation: str) -> AnalysisInfo | None:
    """That analysis of an evaluation which tested most: the others looked at the same mostly."""
    return max(read_analyses(reader, evaluation), key=lambda info: info.tested, default=None)


def confirmations_of(reader: Reader, info: AnalysisInfo) -> list[float]:
    """`p` of the slices that an analysis put to the confirmation half."""
    found = [stored.finding for stored in _read(reader, "WHERE analysis = ?", [info.analysis])]
    effects = [one.confirmation for one in found]
    effects += [one.confirmation for one in info.unconfirmed if one.confirmation]
    return [one.p for one in effects if one.p is not None]


def follow_change(cursor: duckdb.DuckDBPyConnection, change: object) -> None:
    """Follow a run's new name, and evaluations that go."""
    if isinstance(change, RunRenamed):
        _rename_run(cursor, *change)
    elif isinstance(change, EvaluationsRemoved):
        _remove_of_evaluations(cursor, change.evaluations)


def _rename_run(cursor: duckdb.DuckDBPyConnection, run: str, new: str) -> None:
    """Follow the new name of a run: predictions have it as their source."""
    old_source, new_source = (f"source = {literal(name)}" for name in (run, new))
    for stored in _read(Reader(cursor), "", []):
        found = stored.finding
        if found.run != run:
            continue
        view, failures = (
            spec.model_copy(update={"where": (spec.where or "").replace(old_source, new_source)})
            for spec in (found.view, found.failures)
        )
        changed = {
            "run": new,
            "predicate": found.predicate.replace(old_source, new_source),
            "sql": found.sql.replace(old_source, new_source),
            "view": view,
            "failures": failures,
        }
        _update(cursor, found.model_copy(update=changed))


def _remove_of_evaluations(cursor: duckdb.DuckDBPyConnection, evaluations: Sequence[str]) -> None:
    """Remove everything that rests on evaluations which are removed."""
    for table in ("analysis", "finding", "slice_test"):
        cursor.execute(
            f"DELETE FROM {table} WHERE evaluation IN (SELECT unnest(?::VARCHAR[]))",
            [list(evaluations)],
        )


def _target(request: SliceRequest) -> str:
    return request.target if request.error is None else f"{request.target}:{request.error}"


def _content(found: Finding) -> str:
    """What is stored: without what is worked out anew at each reading."""
    return found.model_dump_json(exclude={"stale", "suggested"})


def _update(cursor: duckdb.DuckDBPyConnection, found: Finding) -> None:
    cursor.execute(
        "UPDATE finding SET status = ?, content = ? WHERE finding = ?",
        [found.status, _content(found), found.finding],
    )


def _delete(cursor: duckdb.DuckDBPyConnection, finding: str) -> bool:
    rows = cursor.execute(
        "DELETE FROM finding WHERE finding = ? RETURNING finding", [finding]
    ).fetchall()
    return bool(rows)


def _read(reader: Reader, where: str, values: list[Any]) -> list[Stored]:
    rows = reader.rows(f"SELECT content, digest FROM finding {where}", values)
    return [Stored(_finding(json.loads(text)), digest) for text, digest in rows]


def _finding(kept: dict[str, Any]) -> Finding:
    """Read a finding, without sentences that a language model worded: these have no kind."""
    claims = [claim for claim in kept.get("explanation", []) if "kind" in claim]
    return Finding.model_validate({**kept, "explanation": claims})


def _no_finding(finding: str) -> VisionLensError:
    return VisionLensError("FINDING_NOT_FOUND", f"There is no finding {finding!r}.")


def evidence_digest(evaluation: StoredEvaluation, digest: str | None = None) -> str:
    """Of what findings of an evaluation rest on: its input, and how it was made.

    `digest`: of another input than that of the evaluation.
    """
    settings = evaluation.request.model_dump_json(exclude={"replicates", "dataset", "run", "name"})
    text = f"{evaluation.digest if digest is None else digest}:{settings}"
    return hashlib.blake2s(text.encode(), digest_size=16).hexdigest()


def ids_of(snapshot: Snapshot, predicate: str, level: Level) -> Ids:
    """uint32 (n,): what a predicate gives at a level; what `view` raises."""
    return snapshot.view(ViewSpec(level=level, where=predicate)).ids
