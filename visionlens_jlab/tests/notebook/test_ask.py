"""Asking from a notebook, in this process and over a server."""

from __future__ import annotations

import pytest

import visionlens_jlab as vl
from visionlens_jlab.tests.agents.provider import serving


def test_statistics_answer_where_there_is_no_model(ds, place, monkeypatch):
    monkeypatch.delenv("VISIONLENS_AGENT_MODEL", raising=False)
    answer = ds.ask("Where is the model blind?")
    assert isinstance(answer, vl.Answer)
    assert answer.stopped == "done" and "No language model is configured" in answer.text
    assert (answer.claims, answer.findings, answer.views, answer.dropped) == ([], [], [], 0)
    assert [step.kind for step in answer.steps] == ["answer"]
    assert answer.usage.requests == 0 and repr(answer) == answer.text
    assert "statistics alone" in answer._repr_html_()


def test_what_cannot_be_asked_is_told(ds, place):
    for arguments, code in (
        ({"agent": "blind_spots"}, "ANALYSIS_INVALID"),
        ({"agent": "oracle"}, "REQUEST_INVALID"),
        ({"evaluation": "none"}, "EVALUATION_NOT_FOUND"),
        ({"budget": {"requests": 0}}, "REQUEST_INVALID"),
    ):
        with pytest.raises(vl.VisionLensError) as told:
            ds.ask("?", **arguments)
        assert told.value.code == code


@pytest.mark.parametrize("place", ["direct"], indirect=True)
def test_a_conversation_goes_on(ds, monkeypatch):
    name = ds.classes[0]
    where = f"class = '{name}'"
    view = {"where": where, "level": "annotations"}
    hello = {"sentences": [{"text": "Hello <b>you</b>."}], "views": [view]}
    turns = [[("final", hello)], [("query", {"where": where})], [("final", {"sentences": []})]]
    with serving(lambda requests: turns[len(requests) - 1]) as provider:
        monkeypatch.setenv("VISIONLENS_AGENT_MODEL", "openai:m")
        monkeypatch.setenv("VISIONLENS_AGENT_URL", provider.url)
        first = ds.ask("Which?", view=ds.where(where), budget={"seconds": 60})
        assert first.text == "Hello <b>you</b>." and "<b>" not in first._repr_html_()
        (shown,) = first.views
        assert shown.count() == ds.view(where, level="annotations").count()
        second = ds.ask("And?", after=first)
    asked = str(provider.requests[1]["messages"])
    assert "Which?" in asked and "And?" in asked
    assert "borne out" in second.text
