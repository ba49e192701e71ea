"""Findings in the catalog: what stays, what goes, and when they are out of date."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from visionlens_jlab.analysis.shapes import AnalysisResult, Finding, FindingChange
from visionlens_jlab.analysis.slices.units import members_digest
from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.analysis.store.rows import evidence_digest
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import RunChange
from visionlens_jlab.evaluation.store.evaluations import Evaluations
from visionlens_jlab.evaluation.store.runs import Runs
from visionlens_jlab.labels.shapes import AnnotationEdit, EditRequest
from visionlens_jlab.labels.store.edits import Edits
from visionlens_jlab.tests.catalog.builders import piece
from visionlens_jlab.tests.catalog.finding_builders import analysis, effect, finding
from visionlens_jlab.tests.catalog.test_outcomes import fill

VAL, TRAIN = "split = 'val'", "split = 'train'"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DatasetStore]:
    """Twelve images, a run `m` and its evaluation."""
    library = Library(tmp_path / "home")
    yield fill(library, tmp_path)
    library.close()


def commit(store: DatasetStore, result: AnalysisResult, job: str = "analysed") -> None:
    """As the job hands it over."""
    made = {"result": result.model_dump(mode="json"), "digest": digest(store)}
    assert store.results.apply(piece(store.folder, job=job, summary={"analysis": made}))


def digest(store: DatasetStore) -> str:
    """Of the evidence as it is."""
    return store.part(Findings).evidence("m")


def found_in(store: DatasetStore, *predicates: str, **given: Any) -> list[Finding]:
    """Findings with the counts that the data gives."""
    counts = {VAL: 8, TRAIN: 8}
    return [finding(one, count=counts.get(one, 0), **given) for one in predicates]


def ids(store: DatasetStore) -> list[str]:
    return [one.predicate for one in store.part(Findings).all()]


def test_an_analysis_brings_its_findings_in_their_order(store: DatasetStore) -> None:
    commit(store, analysis(found_in(store, VAL, TRAIN)))
    assert ids(store) == [VAL, TRAIN]
    first = store.part(Findings).all("m")[0]
    assert (first.analysis, first.stale, first.status) == ("first", False, "hypothesis")
    assert store.part(Findings).all("other") == []
    assert store.part(Findings).analyses() == [store.part(Findings).analysis("first")]
    for call, code in (
        (lambda: store.part(Findings).read("none"), "FINDING_NOT_FOUND"),
        (lambda: store.part(Findings).delete("none"), "FINDING_NOT_FOUND"),
        (lambda: store.part(Findings).analysis("none"), "ANALYSIS_NOT_FOUND"),
    ):
        with pytest.raises(VisionLensError) as caught:
            call()
        assert caught.value.code == code


def test_what_a_user_touched_survives_the_next_analysis(store: DatasetStore) -> None:
    gone, noted, renamed = "width > 1", "width > 2", "width > 3"
    commit(store, analysis(found_in(store, VAL, gone, noted, renamed)))
    by_predicate = {one.predicate: one.finding for one in store.part(Findings).all()}
    store.part(Findings).change(by_predicate[VAL], FindingChange(status="verified"))
    store.part(Findings).change(by_predicate[noted], FindingChange(notes="seen on Monday"))
    store.part(Findings).change(by_predicate[renamed], FindingChange(title="Wide ones"))
    again = found_in(store, TRAIN, VAL, renamed, confirmation=effect(0.9))
    commit(store, analysis(again, "second"), "next")
    assert ids(store) == [TRAIN, VAL, renamed, noted]
    kept = {one.predicate: one for one in store.part(Findings).all()}
    assert kept[VAL].status == "verified"
    assert kept[VAL].confirmation.rate == 0.9
    assert kept[VAL].analysis == "second"
    assert kept[renamed].title == "Wide ones"
    assert kept[noted].confirmation.rate == 0.5
    assert [info.analysis for info in store.part(Findings).analyses()] == ["second", "first"]


def test_an_analysis_replaces_only_what_it_looked_for(store: DatasetStore) -> None:
    commit(store, analysis(found_in(store, VAL, TRAIN, target="miss_rate")))
    store.part(Findings).keep(found_in(store, "width > 1", author="agent", analysis=None))
    commit(store, analysis([], "second", target="false_positive_rate"), "next")
    assert sorted(ids(store)) == sorted([VAL, TRAIN, "width > 1"])
    commit(store, analysis([], "third", target="miss_rate"), "last")
    assert ids(store) == ["width > 1"]


def test_verdicts_add_up_and_suggest_a_status(store: DatasetStore) -> None:
    commit(store, analysis(found_in(store, VAL)))
    [one] = store.part(Findings).all()

    def judge(verdicts: dict[int, bool | None]) -> Finding:
        return store.part(Findings).change(one.finding, FindingChange(verdicts=verdicts))

    assert judge(dict.fromkeys(range(9), True)).suggested is None
    assert judge({9: True}).suggested == "verified"
    changed = judge({0: None, 1: False})
    assert (len(changed.verdicts), changed.verdicts[1]) == (9, False)
    assert judge(dict.fromkeys(range(10), False)).suggested == "rejected"
    assert judge(dict.fromkeys(range(5), True)).suggested is None
    judge(dict.fromkeys(range(10), True))
    verified = store.part(Findings).change(one.finding, FindingChange(status="verified"))
    assert verified.suggested is None


def test_an_edit_makes_a_finding_stale_and_its_undo_fresh(store: DatasetStore) -> None:
    commit(store, analysis(found_in(store, VAL)))
    version = store.version
    store.part(Findings).change(
        store.part(Findings).all()[0].finding, FindingChange(notes="no change of data")
    )
    assert store.version == version
    store.part(Edits).edit(
        EditRequest(edits=[AnnotationEdit(annotation_id=0, class_name="person")])
    )
    assert store.part(Findings).all()[0].stale
    store.part(Edits).undo()
    assert not store.part(Findings).all()[0].stale


def test_a_slice_with_other_members_is_stale(store: DatasetStore) -> None:
    ids = store.view(ViewSpec(level="annotations", where=VAL)).ids
    kept = finding(VAL, count=len(ids), members=members_digest(ids[::-1]))
    commit(store, analysis([kept]))
    assert not store.part(Findings).all()[0].stale
    other = kept.model_copy(update={"members": members_digest(ids + 1)})
    commit(store, analysis([other]), job="again")
    assert store.part(Findings).all()[0].stale


def test_a_slice_of_another_size_is_stale_and_so_is_one_whose_field_is_gone(
    store: DatasetStore,
) -> None:
    commit(store, analysis([finding(VAL, count=7), finding("weather = 'fog'", count=0)]))
    assert [one.stale for one in store.part(Findings).all()] == [True, True]


def test_a_check_says_what_holds_now(store: DatasetStore) -> None:
    commit(store, analysis(found_in(store, VAL)))
    [one] = store.part(Findings).all()
    check = {
        "finding": one.finding,
        "run": "m",
        "digest": "of something else",
        "count": 8,
        "members": "of these",
        "now": effect(0.1, units=5, groups=4).model_dump(),
        "holds": False,
    }
    gone = check | {"finding": "gone"}
    store.results.apply(piece(store.folder, job="check", summary={"checks": [check, gone]}))
    [after] = store.part(Findings).all()
    assert (after.holds, after.units, after.groups, after.stale) == (False, 5, 4, True)
    assert after.checked_at is not None
    assert after.confirmation == one.confirmation


def test_findings_go_with_their_evaluation_and_follow_their_run(store: DatasetStore) -> None:
    predicate = "source = 'm' and confidence > 0.5"
    count = len(store.view(ViewSpec(level="annotations", where=predicate)).ids)
    commit(store, analysis([finding(predicate, target="false_positive_rate", count=count)]))
    store.part(Runs).change("m", RunChange(run="it's new"))
    [one] = store.part(Findings).all()
    assert one.predicate == "source = 'it''s new' and confidence > 0.5" == one.view.where
    assert (one.run, one.stale) == ("it's new", False)
    store.part(Evaluations).delete("m")
    assert store.part(Findings).all() == store.part(Findings).analyses() == []


def test_an_evaluation_that_is_gone_by_now_gets_no_findings(store: DatasetStore) -> None:
    evidence = digest(store)
    store.part(Evaluations).delete("m")
    made = {"result": analysis(found_in(store, VAL)).model_dump(mode="json"), "digest": evidence}
    assert store.results.apply(piece(store.folder, job="late", summary={"analysis": made}))
    assert store.part(Findings).all() == store.part(Findings).analyses() == []


def test_readers_of_a_published_dataset_see_findings(store: DatasetStore) -> None:
    commit(store, analysis(found_in(store, VAL)))
    [one] = store.part(Findings).all()
    store.read_only = True
    assert store.part(Findings).all() == [one]
    for change in (
        lambda: store.part(Findings).change(one.finding, FindingChange(status="verified")),
        lambda: store.part(Findings).delete(one.finding),
        lambda: store.part(Findings).keep([one]),
    ):
        with pytest.raises(VisionLensError) as caught:
            change()
        assert caught.value.code == "DATASET_READ_ONLY"


def test_the_evidence_is_the_input_and_the_settings(store: DatasetStore) -> None:
    assert digest(store) == store.part(Findings).evidence("m")
    with store.snapshot() as snapshot:
        from visionlens_jlab.evaluation.store.rows import read_evaluation

        made = read_evaluation(snapshot.reader, "m")
    assert evidence_digest(made, "other") != evidence_digest(made)


def test_sentences_of_a_language_model_are_no_explanation(store: DatasetStore) -> None:
    """Datasets from before claims had a kind hold some."""
    commit(store, analysis(found_in(store, VAL)))
    worded = {"text": "It is 45% because it is dark.", "evidence": "e1", "softened": True}
    claim = {"kind": "figure", "text": "8 images in all.", "evidence": "e2"}

    def work(cursor: duckdb.DuckDBPyConnection) -> None:
        ((kept,),) = cursor.execute("SELECT content FROM finding").fetchall()
        content = json.dumps({**json.loads(kept), "explanation": [worded, claim]})
        cursor.execute("UPDATE finding SET content = ?", [content])

    store.transaction(work)
    (found,) = store.part(Findings).all()
    assert [one.text for one in found.explanation] == ["8 images in all."]
