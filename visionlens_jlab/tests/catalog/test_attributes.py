"""Visual attributes in the catalog: answers as fields, labels, what analyses may use."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.attributes.capability import ANSWERS
from visionlens_jlab.attributes.shapes import AttributeSpec, CalibrationLabels
from visionlens_jlab.attributes.store.attributes import Attributes, attribute_fields, usable_fields
from visionlens_jlab.core.views.shapes import FacetsRequest, ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table

NIGHT = AttributeSpec(name="night", question="Is it night?")
WEATHER = AttributeSpec(
    name="weather", question="Which weather?", kind="choice", options=["sun", "rain"]
)
COUNT = 400


@pytest.fixture
def town(library: Any, tmp_path: Any) -> Any:
    """400 samples; what is true of them in fields: every second is at night, a third has rain."""
    store = library.create("town")
    store.results.apply(
        piece(
            tmp_path,
            job="ingest",
            sample=samples_table(
                0,
                COUNT,
                dark=pa.array([i % 2 == 0 for i in range(COUNT)]),
                said=["Yes" if i % 2 == 0 else "no" for i in range(COUNT)],
                sky=["rain" if i % 3 == 0 else "SUN" for i in range(COUNT)],
                speed=pa.array(range(COUNT), pa.int64()),
            ),
            annotation=annotations_table(list(range(6))),
        )
    )
    return store


def asked(spec: AttributeSpec, model: str = "m") -> dict[str, Any]:
    dumped = spec.model_dump(mode="json")
    return {"spec": dumped, "model": model, "prompts": 3, "quantize": "none"}


def give(store: Any, tmp_path: Any, spec: AttributeSpec, answers: dict[int, Any], **options: Any):
    """Commit answers of an attribute; agreement 1, or 0 where there is none."""
    table = pa.table(
        {
            "attribute": [spec.name] * len(answers),
            "id": pa.array(list(answers), pa.uint32()),
            "answer": pa.array(list(answers.values()), pa.string()),
            "agreement": [0.0 if answer is None else 1.0 for answer in answers.values()],
        }
    )
    sequence, job = options.pop("sequence", 0), options.pop("job", "ask")
    made = [asked(spec, **options)]
    assert store.results.apply(
        piece(tmp_path, sequence, job, summary={"attributes": made}, **{ANSWERS: table})
    )


def nights(wrong: int = 0) -> dict[int, str]:
    """As the field `dark` says, but for the first `wrong` samples."""
    return {i: "yes" if (i % 2 == 0) != (i < wrong) else "no" for i in range(COUNT)}


def fields_for_analyses(store: Any) -> set[str]:
    with store.snapshot() as snapshot:
        return usable_fields(snapshot)


def test_answers_become_fields_that_everything_knows(town, tmp_path):
    give(town, tmp_path, NIGHT, {0: "yes", 1: "no", 2: None, 3: "yes"})
    give(town, tmp_path, NIGHT, {4: "yes"}, sequence=1)
    assert town.view(ViewSpec(where="visual_night = true")).ids.tolist() == [0, 3, 4]
    assert town.view(ViewSpec(where="visual_night_agreement < 0.5")).ids.tolist() == [2]
    counted = town.facets(FacetsRequest(fields=["visual_night"]))
    assert counted.facets[0].field == "visual_night"
    assert town.sql("SELECT count(visual_night) AS n FROM samples")["n"].to_pylist() == [4]
    found = town.part(Attributes).read("night")
    assert (found.answered, found.unanswered, found.agreement) == (4, 1, 1.0)
    assert town.part(Attributes).asked_ids("night").tolist() == [0, 1, 2, 3, 4]
    assert not found.usable and [one.answer for one in found.calibrations] == ["yes", "no"]


def test_answers_of_objects(town, tmp_path):
    small = AttributeSpec(name="small", question="Is it small?", level="annotations")
    give(town, tmp_path, small, {0: "yes", 5: "no"})
    spec = ViewSpec(where="visual_small = true", level="annotations")
    assert town.view(spec).ids.tolist() == [0]


def test_another_question_starts_anew_and_more_images_do_not(town, tmp_path):
    give(town, tmp_path, NIGHT, nights())
    town.part(Attributes).calibrate("night", CalibrationLabels(labels={0: True, 1: False}))
    give(town, tmp_path, NIGHT, {2: "no"}, job="more")
    assert town.part(Attributes).read("night").calibrations[0].labels == 2
    give(town, tmp_path, NIGHT, {0: "yes"}, job="other", model="another")
    found = town.part(Attributes).read("night")
    assert (found.model, found.answered, found.calibrations[0].labels) == ("another", 1, 0)
    weather = NIGHT.model_copy(update={"kind": "choice", "options": ["dark", "bright"]})
    give(town, tmp_path, weather, {0: "dark"}, job="third")
    assert town.view(ViewSpec(where="visual_night = 'dark'")).ids.tolist() == [0]
    names = [field.name for field in town.fields() if field.name.startswith("visual_")]
    assert names == ["visual_night", "visual_night_agreement"]


def test_a_users_own_field_is_never_written_to(town, tmp_path):
    own = pa.array(["mine"] * 3)
    town.set_field("visual_night", np.arange(3), own)
    give(town, tmp_path, NIGHT, {0: "yes"})
    assert town.part(Attributes).read("night").field == "visual_night_"
    assert town.view(ViewSpec(where="visual_night = 'mine'")).ids.tolist() == [0, 1, 2]
    town.part(Attributes).delete("night")
    assert town.view(ViewSpec(where="visual_night = 'mine'")).ids.tolist() == [0, 1, 2]


def test_a_deleted_attribute_leaves_nothing(town, tmp_path):
    before = {field.name for field in town.fields()}
    give(town, tmp_path, NIGHT, nights())
    town.part(Attributes).calibrate("night", CalibrationLabels(field="dark"))
    town.part(Attributes).delete("night")
    assert {field.name for field in town.fields()} == before and town.part(Attributes).all() == []
    assert town.sql("SELECT * FROM attribute_label").num_rows == 0
    assert town.sql("SELECT count(*) AS n FROM samples")["n"].to_pylist() == [COUNT]
    with pytest.raises(VisionLensError, match="ATTRIBUTE_NOT_FOUND"):
        town.part(Attributes).delete("night")
    with pytest.raises(VisionLensError, match="ATTRIBUTE_NOT_FOUND"):
        town.part(Attributes).read("night")


@pytest.mark.parametrize("field", ["dark", "said"])
def test_a_field_calibrates(town, tmp_path, field):
    give(town, tmp_path, NIGHT, nights(wrong=20))
    assert fields_for_analyses(town) == set()
    found = town.part(Attributes).calibrate("night", CalibrationLabels(field=field))
    yes, no = found.calibrations
    assert (yes.labels, yes.positive, yes.precision.hits, yes.precision.of) == (400, 200, 190, 200)
    assert yes.recall.value == pytest.approx(0.95) and yes.prevalence == pytest.approx(0.5)
    assert (no.labels, no.positive, no.precision.hits) == (400, 200, 190)
    assert yes.recall.low > 0.8 and yes.usable and found.usable
    assert fields_for_analyses(town) == {"visual_night"}
    with town.snapshot() as snapshot:
        assert attribute_fields(snapshot) == {"visual_night", "visual_night_agreement"}


def test_a_bad_attribute_is_left_out_of_analyses(town, tmp_path):
    give(town, tmp_path, NIGHT, nights(wrong=120))
    found = town.part(Attributes).calibrate("night", CalibrationLabels(field="dark"))
    assert not found.usable and found.calibrations[0].reason
    assert fields_for_analyses(town) == set()


def test_every_answer_of_a_choice_that_was_given_counts(town, tmp_path):
    sky = {i: "rain" if i % 3 == 0 else "sun" for i in range(COUNT)}
    give(town, tmp_path, WEATHER, sky)
    town.part(Attributes).calibrate("weather", CalibrationLabels(answer="rain", field="sky"))
    assert town.part(Attributes).read("weather").calibrations[1].usable
    assert fields_for_analyses(town) == set()
    found = town.part(Attributes).calibrate("weather", CalibrationLabels(answer="sun", field="sky"))
    assert found.usable and fields_for_analyses(town) == {"visual_weather"}


def test_units_are_drawn_apart_and_the_same_ones_again(town, tmp_path):
    """Twenty of each stratum although few are hits; who labels them cannot tell which."""
    give(town, tmp_path, NIGHT, {i: "yes" if i < 60 else "no" for i in range(COUNT)})
    task = town.part(Attributes).calibration_task("night", count=40)
    assert sum(one < 60 for one in task.ids) == 20 and len(task.ids) == 40
    assert task == town.part(Attributes).calibration_task("night", count=40)
    assert task.ids == sorted(task.ids) and (task.labelled, task.wanted) == (0, 100)
    said = {one: one % 2 == 0 for one in task.ids}
    town.part(Attributes).calibrate("night", CalibrationLabels(labels=said))
    after = town.part(Attributes).calibration_task("night", count=40)
    assert after.labelled == 40 and not set(after.ids) & set(task.ids)
    back = dict.fromkeys(task.ids[:5])
    found = town.part(Attributes).calibrate("night", CalibrationLabels(labels=back))
    assert found.calibrations[0].labels == 35


def test_a_label_counts_while_the_answer_is_the_one_it_was_drawn_for(town, tmp_path):
    give(town, tmp_path, NIGHT, nights())
    town.part(Attributes).calibrate("night", CalibrationLabels(labels={0: True, 2: True}))
    town.set_field("visual_night", np.array([0]), pa.array([False]))
    assert town.part(Attributes).read("night").calibrations[0].labels == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"labels": {0: True}, "answer": "perhaps"}, "ATTRIBUTE_INVALID"),
        ({"labels": {0: True}, "answer": "no"}, "ATTRIBUTE_INVALID"),
        ({"labels": {9999: True}}, "ID_UNKNOWN"),
        ({"labels": {-1: True}}, "ID_UNKNOWN"),
        ({"labels": {399: True}}, "ATTRIBUTE_INVALID"),
        ({"field": "nothing"}, "FIELD_UNKNOWN"),
        ({"field": "visual_night"}, "FIELD_UNKNOWN"),
        ({"field": "speed"}, "ATTRIBUTE_INVALID"),
    ],
)
def test_labels_that_cannot_be(town, tmp_path, given, code):
    give(town, tmp_path, NIGHT, {0: "yes", 1: "no"})
    with pytest.raises(VisionLensError) as caught:
        town.part(Attributes).calibrate("night", CalibrationLabels.model_validate(given))
    assert caught.value.code == code and caught.value.hint
