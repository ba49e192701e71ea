"""Visual attributes over HTTP: what was asked, labels, models."""

from __future__ import annotations

from typing import Any

import pytest

from visionlens_jlab.tests.api.servers import code, give_answers

PATH = "datasets/street/attributes"


@pytest.fixture
def asked(extension: Any, dataset: str) -> None:
    """Thirty answers, every third of them yes."""
    give_answers(extension.services.library, dataset)


async def test_labels_are_drawn_and_taken(api, asked):
    [found] = (await api.json(PATH))["attributes"]
    assert (found["spec"]["name"], found["field"], found["answered"]) == (
        "night", "visual_night", 30,
    )  # fmt: skip
    assert not found["usable"] and "Label 100 more" in found["calibrations"][0]["reason"]
    task = await api.json(f"{PATH}/night/calibration?count=12")
    assert (len(task["ids"]), task["question"], task["wanted"]) == (12, "Is it night?", 100)
    assert sum(one % 3 == 0 for one in task["ids"]) == 6
    said = {str(one): one % 3 == 0 for one in task["ids"]}
    found = await api.json(f"{PATH}/night/calibration", "POST", {"labels": said})
    yes = found["calibrations"][0]
    assert (yes["labels"], yes["positive"], yes["precision"]["value"]) == (12, 6, 1.0)
    assert yes["recall"]["value"] == 1.0 and 0 < yes["recall"]["low"] < 0.8
    rest = await api.json(f"{PATH}/night/calibration?count=200")
    assert len(rest["ids"]) == 18 and not set(rest["ids"]) & set(task["ids"])


async def test_what_cannot_be(api, asked):
    calibration = f"{PATH}/night/calibration"
    for body, expected in (
        ({"labels": {"99": True}}, "ID_UNKNOWN"),
        ({"labels": {"0": True}, "answer": "perhaps"}, "ATTRIBUTE_INVALID"),
        ({"field": "nothing"}, "FIELD_UNKNOWN"),
        ({"labels": {"a": True}}, "REQUEST_INVALID"),
    ):
        assert code(await api(calibration, "POST", body)) == expected
    assert code(await api(f"{calibration}?answer=no")) == "ATTRIBUTE_INVALID"
    assert code(await api(f"{calibration}?count=0")) == "REQUEST_INVALID"
    assert code(await api(f"{PATH}/other/calibration")) == "ATTRIBUTE_NOT_FOUND"
    question = {"name": "x", "question": "Is it?"}
    for request, expected in (
        ({"attributes": [question | {"name": "No name"}]}, "ATTRIBUTE_INVALID"),
        ({"attributes": []}, "REQUEST_INVALID"),
        ({"attributes": [question], "model": "transformers:/no/folder"}, "PATH_NOT_ALLOWED"),
        ({"attributes": [question], "view": {"where": "nope = 1"}}, "FIELD_UNKNOWN"),
    ):
        body = {"kind": "attributes", "attributes": {"dataset": "street", **request}}
        assert code(await api("jobs", "POST", body)) == expected, request


async def test_an_attribute_is_removed(api, asked):
    assert (await api(f"{PATH}/night", "DELETE")).code == 204
    assert (await api.json(PATH))["attributes"] == []
    assert code(await api(f"{PATH}/night", "DELETE")) == "ATTRIBUTE_NOT_FOUND"


async def test_models_and_questions_are_listed(api):
    found = await api.json("vision-models")
    by_name = {one["model"]: one for one in found["models"]}
    moondream = by_name["transformers:vikhyatk/moondream2"]
    assert moondream["remote_code"] and not moondream["available"] and moondream["reason"]
    assert all(one["local"] for one in by_name.values())
    assert {one["name"] for one in found["questions"]} >= {"lighting", "weather", "blur"}
