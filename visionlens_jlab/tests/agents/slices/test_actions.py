"""What is suggested for a slice, and slices that somebody asks about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from visionlens_jlab.analysis.shapes import AnalyseRequest, Finding, SliceRequest
from visionlens_jlab.analysis.slices.confirmation import test_slice as slice_test
from visionlens_jlab.analysis.slices.discovery import analyse
from visionlens_jlab.analysis.slices.units import SliceInput
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.agents.slices.toy import toy_input

DARK = {("light=dark",): 1.6}


def _with_units(given: SliceInput, **changes: object) -> SliceInput:
    return replace(given, units=[replace(given.units[0], **changes)])  # type: ignore[arg-type]


def _only(given: SliceInput) -> Finding:
    result = analyse(given, AnalyseRequest(dataset="toy", fields=["light", "class", "place"]))
    assert [one.predicate for one in result.findings] == ["light = 'dark'"]
    return result.findings[0]


@pytest.fixture(scope="module")
def dark() -> SliceInput:
    return toy_input(3, groups=900, effects=DARK)


def _is_dark(given: SliceInput) -> np.ndarray:
    light = np.array(given.samples["light"].to_pylist())
    return np.asarray(light == "dark")[given.label_samples]


def test_without_a_reason_the_failures_are_to_be_looked_at(dark: SliceInput) -> None:
    finding = _only(dark)
    assert finding.action.kind == "inspect"
    assert "light is dark" in finding.title.lower()
    assert "confirmation half" in finding.description


def test_lower_confidences_are_a_matter_of_the_threshold(dark: SliceInput) -> None:
    missed = dark.units[0].values > 0
    found_at = np.where(missed & _is_dark(dark), 0.4, np.nan)
    action = _only(_with_units(dark, found_at=found_at)).action
    assert action.kind == "threshold"
    assert "0.4" in action.text


def test_a_threshold_that_helps_everywhere_is_no_reason(dark: SliceInput) -> None:
    rng = np.random.default_rng(0)
    missed = dark.units[0].values > 0
    found_at = np.where(missed & (rng.random(len(missed)) < 0.24), 0.3, np.nan)
    assert _only(_with_units(dark, found_at=found_at)).action.kind == "inspect"


def test_wrong_labels_are_to_be_corrected(dark: SliceInput) -> None:
    missed = dark.units[0].values > 0
    rng = np.random.default_rng(0)
    doubtful = missed & _is_dark(dark) & (rng.random(len(missed)) < 0.8)
    action = _only(_with_units(dark, doubtful=doubtful)).action
    assert action.kind == "relabel"
    assert "look like label errors" in action.reason


def test_labels_that_are_mostly_wrong_are_to_be_corrected_though_the_rest_fails_too(
    dark: SliceInput,
) -> None:
    rng, inside = np.random.default_rng(0), _is_dark(dark)
    doubtful = inside & (rng.random(len(inside)) < 0.8)
    missed = np.where(inside, doubtful | (rng.random(len(inside)) < 0.7), dark.units[0].values)
    action = _only(_with_units(dark, values=missed.astype(float), doubtful=doubtful)).action
    assert action.kind == "relabel"


def test_what_is_rare_in_training_is_to_be_collected(dark: SliceInput) -> None:
    light = np.array(dark.samples["light"].to_pylist())
    rng = np.random.default_rng(0)
    train = (light != "dark") | (rng.random(len(light)) < 0.1)
    action = _only(replace(dark, train=train)).action
    assert action.kind == "collect"
    assert "training" in action.reason


def test_what_is_told_by_how_images_look_is_to_be_augmented() -> None:
    given = toy_input(2, groups=1200, effects={("blur>0.5",): 1.5})
    result = analyse(given, AnalyseRequest(dataset="toy"))
    assert [one.action.kind for one in result.findings] == ["augment"]


def test_label_errors_and_counts_and_scores_have_words_of_their_own(dark: SliceInput) -> None:
    values = dark.units[0].values
    errors = _only(_with_units(dark, target="label_error"))
    assert errors.action.kind == "relabel"
    assert "wrongly labelled" in errors.title
    counts = _only(_with_units(dark, target="false_positive_rate", scale="count"))
    assert "false positives an image" in counts.title
    gap = _only(_with_units(dark, target="confidence_gap", scale="score", values=values - 0.2))
    assert "confidence" in gap.title
    kind = _only(_with_units(dark, target="error_type", error="classification"))
    assert "another class" in kind.title


def test_a_correlate_is_named_beside_its_cause() -> None:
    given = toy_input(4, groups=1500, effects=DARK)
    rng = np.random.default_rng(7)
    light = given.samples["light"].to_pylist()
    tied = rng.random(1500)[given.groups] < np.where(np.array(light) == "dark", 0.85, 0.05)
    import pyarrow as pa

    from visionlens_jlab.tests.agents.slices.toy import feature, words

    camera = words(np.where(tied, 0, 1 + given.groups % 4), ["c0", "c1", "c2", "c3", "c4"])
    given = replace(
        given,
        samples=given.samples.append_column("camera", pa.chunked_array([camera])),
        features=[*given.features, feature("camera", origin="exif")],
    )
    result = analyse(given, AnalyseRequest(dataset="toy"))
    assert [one.predicate for one in result.findings] == ["light = 'dark'"]
    assert "camera = 'c0'" in [one.predicate for one in result.findings[0].inseparable]


def test_a_few_bad_groups_are_no_finding() -> None:
    given = toy_input(1, groups=600, per_group=1)
    place = np.array(given.samples["place"].to_pylist())[given.label_samples]
    bad = np.isin(given.groups[given.label_samples], np.flatnonzero(given.groups < 4))
    values = np.where(bad & (place == place[0]), 1.0, given.units[0].values)
    result = analyse(_with_units(given, values=values), AnalyseRequest(dataset="toy"))
    assert result.findings == []


def test_an_asked_slice_counts_among_the_tests(dark: SliceInput) -> None:
    request = SliceRequest(evaluation="toy", target="miss_rate", where="light = 'dark'")
    ids = dark.label_ids[_is_dark(dark)]
    found, shown = slice_test(dark, ids, request, [])
    assert found.p == found.p_adjusted
    assert shown.p == shown.p_adjusted
    assert found.units + shown.units == len(ids)
    again, later = slice_test(dark, ids, request, [(0.5, 0.5)] * 9)
    assert again.p_adjusted == pytest.approx(min(10 * (found.p or 0), 1))
    assert later.p_adjusted == pytest.approx(min(10 * (shown.p or 0), 1))
    with pytest.raises(VisionLensError):
        slice_test(dark, ids, request.model_copy(update={"target": "label_error"}), [])


def test_earlier_tests_make_it_harder(dark: SliceInput) -> None:
    many = analyse(
        dark, AnalyseRequest(dataset="toy", fields=["light"]), earlier=[(1.0, 1.0)] * 500
    )
    few = analyse(dark, AnalyseRequest(dataset="toy", fields=["light"]))
    assert many.analysis.tested == few.analysis.tested + 500
    for one, other in zip(many.findings, few.findings, strict=True):
        assert (one.discovery.p_adjusted or 0) > (other.discovery.p_adjusted or 0)
