"""Findings through the public API, with and without a server."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import visionlens_jlab as vl
from visionlens_jlab.analysis.shapes import LEAST_OBJECTS
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.agents import planted

pytest.importorskip("pandas")


@pytest.fixture
def ds(place: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[vl.Dataset]:
    """The planted dataset with its evaluation `model`."""
    name = request.node.name
    dataset = vl.ingest(planted.write(tmp_path / "planted"), name=name, labels_only=True)
    dataset.set_field("group", planted.groups())
    dataset.add_predictions("model", planted.predictions())
    dataset.evaluate("model", replicates=0)
    yield dataset
    dataset.close()
    vl.delete(name)


def test_from_an_analysis_to_a_report(ds: vl.Dataset, tmp_path: Path) -> None:
    with pytest.raises(VisionLensError) as caught:
        ds.analyse(run="other")
    assert caught.value.code == "ANALYSIS_INVALID"

    first, *rest = ds.analyse("miss_rate")
    assert first.predicate == planted.SLICE
    assert (first.target, first.level, first.status) == ("miss_rate", "annotations", "hypothesis")
    for one in (first, *rest):
        shown = ds.view(one.predicate, level=one.level)
        assert len(shown) == one.count
        assert sorted(ds.sql(one.sql).column(0).to_pylist()) == sorted(shown.ids.tolist())
        assert len(one.view()) == one.units == len(one.to_pandas())
    missed = first.to_pandas()["outcome"] == "false_negative"
    assert set(first.failures().ids) == set(missed[missed].index)
    assert first.effect.rate == pytest.approx(0.7, abs=0.1)
    assert first.effects.loc["Discovery half", "low"] > 0

    again = ds.analyse("miss_rate")
    assert [one.id for one in again] == [first.id, *(one.id for one in rest)]
    [analysis] = ds.analyses("model")
    assert [one.id for one in analysis.findings] == [one.id for one in again]
    assert analysis.detail.tested > 10
    assert {"field", "reason"} == set(analysis.left_out)
    assert set(analysis.unconfirmed["reason"]) <= {"not confirmed", "explained", "covered"}
    assert "slices tested" in analysis._repr_html_()

    looked = first.failures().ids[:10].tolist()
    assert first.judge(dict.fromkeys(looked, True)).detail.suggested == "verified"
    first.verify(notes="<b>dark</b>").rename("Blind in the dark")
    assert (first.status, first.notes) == ("verified", "<b>dark</b>")
    assert ds.findings()[0].title == "Blind in the dark"
    card = first._repr_html_()
    assert "&lt;b&gt;dark" in card and "<b>dark" not in card
    assert "Blind in the dark" in repr(first)

    page = ds.export_findings(tmp_path / "findings.html", findings=[first]).read_text()
    assert "Blind in the dark" in page and "<b>dark" not in page
    with zipfile.ZipFile(ds.export_findings(tmp_path / "findings.zip")) as archive:
        assert "Blind in the dark" in archive.read("findings.md").decode()
    with pytest.raises(VisionLensError) as caught:
        ds.export_findings(tmp_path / "findings.pdf")
    assert caught.value.code == "REQUEST_INVALID"


def test_findings_follow_the_data(ds: vl.Dataset) -> None:
    first, *_ = ds.analyse("miss_rate", depth=1)
    first.verify()
    ds.relabel(ds.view(planted.SLICE, level="annotations").ids[:1], "bus")
    assert first.refresh().stale
    ds.undo()
    assert not first.refresh().stale
    ds.set_field("light", planted.light(shifted=planted.PER_GROUP))
    assert len(ds.view(planted.SLICE, level="annotations")) == first.count
    assert first.refresh().stale
    ds.set_field("light", planted.light())
    assert not first.refresh().stale

    better = planted.predictions(missed_in_the_dark=0.1)
    ds.add_predictions("model", better, replace=True)
    assert first.refresh().stale
    ds.evaluate("model", name="model", replicates=0)
    wait_for_check(first)
    assert (first.holds, first.stale, first.status) == (False, False, "verified")
    assert first.detail.now is not None
    assert first.detail.confirmation.rate > 0.5 > 0.2 > (first.detail.now.rate or 1)

    ds.add_predictions("model", planted.predictions(), replace=True)
    ds.evaluate("model", name="model", replicates=0)
    [checked, *_] = ds.recheck([first])
    assert checked.holds and checked is first
    assert ds.recheck(evaluation="model")[0].id == first.id
    first.delete()
    assert first.id not in [one.id for one in ds.findings()]
    ds.evaluations()[0].delete()
    assert ds.findings() == ds.analyses() == []
    with pytest.raises(VisionLensError) as caught:
        ds.test_slice(planted.SLICE)
    assert caught.value.code == "ANALYSIS_INVALID"


def test_slices_of_ones_own_count(ds: vl.Dataset) -> None:
    found = ds.test_slice(planted.SLICE)
    assert found.confirmed and found.tests == 1
    assert found.count == len(ds.view(planted.SLICE, level="annotations"))
    chance = ds.test_slice("lens = 'a'", run="model")
    assert not chance.confirmed and chance.tests == 2
    assert (chance.discovery.p_adjusted or 0) >= (chance.discovery.p or 0)
    assert ds.test_slice("lens  =  'a'").tests == 2
    wrong = {
        "nowhere = 1": "FIELD_UNKNOWN",
        "": "PREDICATE_INVALID",
        "light =": "PREDICATE_INVALID",
    }
    for where, code in wrong.items():
        with pytest.raises(VisionLensError) as caught:
            ds.test_slice(where)
        assert caught.value.code == code
    assert ds.test_slice("light = 'bright'").tests == 3


def test_a_slice_too_small_is_not_confirmed_however_bad(ds: vl.Dataset) -> None:
    """What an analysis would not test is not confirmed by hand either."""
    found = ds.test_slice(f"{planted.SLICE} and lens = 'a' and class = 'car' and x < 42")
    assert found.confirmation.units < LEAST_OBJECTS
    assert not found.confirmed
    assert found.too_few is not None
    assert f"{found.confirmation.units} objects in {found.confirmation.groups}" in found.too_few
    assert ds.test_slice(planted.SLICE).too_few is None


def wait_for_check(found: vl.Finding) -> None:
    """On a server the check is a job that follows the evaluation."""
    import time

    deadline = time.monotonic() + 60
    while found.refresh().detail.checked_at is None and time.monotonic() < deadline:
        time.sleep(0.1)
