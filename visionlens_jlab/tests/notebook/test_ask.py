"""Asking from a notebook, in this process and over a server."""

from __future__ import annotations

import json

import pytest

import visionlens_jlab as vl
from visionlens_jlab.agents.notebook import AGENT_RUNS
from visionlens_jlab.agents.store import AgentRuns
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
    count = {"kind": "figure", "evidence": "e1", "metric": "count", "unit": "images"}
    first_answer = {
        "statements": [{**count, "of": where}],
        "views": [view],
        "ideas": ["Could these be hidden?", "They are fine."],
    }
    turns = [
        [("query", {"where": where})],
        [("final", first_answer)],
        [("query", {"where": where})],
        [("final", {"statements": []})],
    ]
    with serving(lambda requests: turns[len(requests) - 1]) as provider:
        monkeypatch.setenv("VISIONLENS_AGENT_MODEL", "openai:m")
        monkeypatch.setenv("VISIONLENS_AGENT_URL", provider.url)
        first = ds.ask("Which?", view=ds.where(where), budget={"seconds": 60})
        (claim,) = first.claims
        assert first.text == claim.text and claim.text.endswith(".")
        assert f"images where {where} (" in claim.text and where not in first._repr_html_()
        assert first.ideas == ["Could these be hidden?"] and first.dropped == 1
        assert repr(first) == f"{first.text}\nIdea, not checked: Could these be hidden?"
        assert "<em>Idea, not checked:</em> Could these be hidden?" in first._repr_html_()
        (shown,) = first.views
        assert shown.count() == ds.view(where, level="annotations").count()
        second = ds.ask("And?", after=first)
    asked = str(provider.requests[2]["messages"])
    assert "Which?" in asked and "And?" in asked
    assert "stated nothing" in second.text and repr(second) == second.text


@pytest.mark.own_dataset
@pytest.mark.parametrize("place", ["direct"], indirect=True)
def test_what_was_so_before_a_change_is_not_said_again(ds, monkeypatch):
    where = f"class = '{ds.classes[0]}'"
    count = {"kind": "figure", "metric": "count", "unit": "images", "of": where}
    again = {"statements": [{**count, "evidence": "e1"}, {**count, "evidence": "e2"}]}
    asked = [[("query", {"where": where})], [("final", {"statements": []})]]
    asked += [[("final", again)], [("query", {"where": where})], [("final", again)]]
    with serving(lambda requests: asked[len(requests) - 1]) as provider:
        monkeypatch.setenv("VISIONLENS_AGENT_MODEL", "openai:m")
        monkeypatch.setenv("VISIONLENS_AGENT_URL", provider.url)
        first = ds.ask("Which?")
        same = ds.ask("And?", after=first)
        assert [one.evidence for one in same.claims] == ["e1"]
        ds.tag(ds.view().ids[:1], "changed")
        later = ds.ask("And now?", after=same)
    assert [one.evidence for one in later.claims] == ["e2"] and later.dropped == 1


@pytest.mark.own_dataset
@pytest.mark.parametrize("place", ["direct"], indirect=True)
def test_what_an_earlier_version_answered_is_not_shown_as_checked(ds):
    store = ds._backend._store
    answer = {
        "text": "The model is <b>ready</b>.",
        "claims": [{"text": "It is 45%.", "evidence": "e1", "run": "r", "softened": True}],
        "findings": [],
        "views": [],
        "dropped": 0,
    }
    kept = {
        **{"run": "r", "job": None, "agent": "chat", "question": "?", "evaluation": None},
        **{"model": "openai:m", "steps": [], "answer": answer, "usage": {}, "stopped": "done"},
        "created_at": "2026-01-01",
    }
    text = json.dumps(kept)
    store.transaction(
        lambda cursor: cursor.execute(
            "INSERT INTO agent_run (run, agent, content, messages, created_at) "
            "VALUES ('r', 'chat', ?, NULL, now())",
            [text],
        )
    )
    found = vl.Answer(ds._backend, ds._backend.part(AGENT_RUNS).read("r"))
    assert found.outdated and found.claims == found.ideas == []
    assert repr(found) == "Not checked: The model is <b>ready</b>."
    assert "<em>Not checked:</em> The model is &lt;b&gt;" in found._repr_html_()
    assert [one.answer.outdated for one in store.part(AgentRuns).all() if one.run == "r"] == [True]
