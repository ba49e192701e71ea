"""Runs of agents with models that lie, obey the data, hang, fail and spend too much."""

from __future__ import annotations

import re

import pytest
from pydantic_ai.messages import (
    BinaryContent,
    ToolReturnPart,
    UserPromptPart,
)

from visionlens_jlab.agents.record import evidence_in
from visionlens_jlab.agents.store import AgentRuns
from visionlens_jlab.agents.tools.base import short
from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.tests.agents.asked import INJECTED, NIGHT, REQUEST, evidence_ids, scripted
from visionlens_jlab.tests.agents.runs import TEST_NIGHT, kinds

BY_NIGHT = ViewSpec(where=NIGHT)


def effect(evidence="e1", **members):
    """A statement of the slice by night against the rest, as its test says it."""
    return {
        "kind": "effect",
        "evidence": evidence,
        "metric": "miss_rate",
        "of": NIGHT,
        "unit": "share of objects",
        "run": "model",
        "direction": "more",
        "rate": "confirmation.rate",
        "rest": "confirmation.rest",
        **members,
    }


COUNT = {
    "kind": "figure",
    "evidence": "e1",
    "metric": "count",
    "of": NIGHT,
    "unit": "images",
    "run": None,
}
COUNTED = f"80 images where {NIGHT} (33.3% of 240)."
IDEA = "Could headlights dazzle the camera?"


@pytest.fixture(scope="session")
def exact(town):
    """The miss rate by night in the confirmation half, as the tool gives it."""
    found = short(town[1].part(Findings).test_slice(REQUEST).confirmation.rate)
    assert found is not None and 0.5 < found < 0.9
    return found


LIES = {
    "metric": effect(metric="false_positive_rate"),
    "predicate": effect(of="time_of_day = 'day'"),
    "direction": effect(direction="less"),
    "rates": effect(rate="confirmation.rest", rest="confirmation.rate"),
    "unit": effect(unit="share of predictions"),
    "run": effect(run="other"),
    "evidence": effect("e9"),
    "kind of evidence": {**COUNT, "kind": "extreme", "rank": "highest"},
}


def test_a_confirmed_slice_becomes_a_finding_with_what_is_stated(run, exact):
    finding = {"evidence": "e1", "statements": [effect()]}
    final = [("final", {"statements": [effect()], "findings": [finding], "ideas": [IDEA]})]
    ended = run(scripted(TEST_NIGHT, final))
    assert ended.stopped == "done" and ended.answer.dropped == 0
    assert run.analyses == 1 and ended.steps[0].text.startswith("Looks for slices")
    assert kinds(ended)[1:] == [
        "thought",
        "tool_call",
        "tool_result",
        "thought",
        "finding",
        "answer",
    ]
    (name,) = ended.answer.findings
    found = run.store.part(Findings).read(name)
    assert (found.author, found.predicate) == ("agent", NIGHT)
    assert found.action.reason.startswith("Neither threshold nor"), "it was looked for"
    assert short(found.confirmation.rate) == exact and found.count == len(
        run.store.view(found.view).ids
    )
    (stated,) = found.explanation
    assert (stated.kind, stated.run, stated.evidence) == ("effect", "r1", "e1")
    assert f"where {NIGHT} {exact:.1%} are missed" in stated.text
    assert ended.answer.views == [found.view]
    assert found.title in ended.answer.text and stated.text in ended.answer.text
    assert ended.answer.claims == [stated], "said twice, shown once"
    assert ended.answer.ideas == [IDEA]
    assert IDEA not in ended.answer.text + found.model_dump_json()


@pytest.mark.parametrize("lie", LIES)
def test_what_a_liar_says_is_never_seen(run, lie):
    final = [("final", {"statements": [LIES[lie], effect()], "findings": []})]
    ended = run(scripted(TEST_NIGHT, final))
    assert ended.answer.dropped == 1 and kinds(ended).count("dropped") == 1
    (kept,) = ended.answer.claims
    assert kept.text == ended.answer.text and "are missed" in kept.text


def test_nothing_is_worded_by_the_model(run):
    """What has sentences of its own is no answer: it is asked again, then statistics answer."""
    prose = {**effect(), "text": "The model is ready for deployment.", "cause": "darkness"}
    ended = run(scripted(TEST_NIGHT, [("final", {"statements": [prose]})]))
    assert ended.stopped == "failed" and "3 answers had another form" in ended.answer.text
    assert ended.usage.requests == 4
    assert "deployment" not in ended.model_dump_json() and "darkness" not in ended.model_dump_json()
    assert NIGHT in ended.answer.text, "its test was confirmed"


@pytest.mark.parametrize(
    "where", ["class = 'car'", "time_of_day = 'day'"], ids=["not confirmed", "fails less"]
)
def test_only_slices_that_statistics_confirm_are_kept(run, where):
    final = [("final", {"findings": [{"evidence": "e1"}]})]
    ended = run(scripted([("test_slice", {"where": where})], final))
    assert ended.answer.findings == [] and ended.answer.dropped == 1
    assert run.store.part(Findings).all() == []
    assert "borne out" in ended.answer.text  # nothing is left, so the statistics answer


@pytest.mark.parametrize("evidence", ["e9", "e1"])
def test_a_finding_rests_on_a_test(run, evidence):
    final = [("final", {"findings": [{"evidence": evidence}]})]
    ended = run(scripted([("query", {"where": NIGHT})], final))
    assert ended.answer.findings == [] and ended.answer.dropped == 1


def test_a_finding_that_exists_is_explained(run):
    keep = [("final", {"findings": [{"evidence": "e1"}]})]
    (name,) = run(scripted(TEST_NIGHT, keep)).answer.findings
    final = [("final", {"findings": [{"evidence": "e1", "statements": [effect()]}]})]
    ended = run(scripted([("findings", {})], final))
    assert ended.answer.findings == [name]
    assert run.store.part(Findings).read(name).explanation == ended.answer.claims != []


def test_error_patterns_name_the_error_of_their_test(run):
    asked = [("test_slice", {"where": NIGHT, "target": "error_type", "error": "missed"})]
    right = {"evidence": "e1", "error": "missed"}
    wrong = {**right, "error": "duplicate"}
    ended = run(scripted(asked, [("final", {"patterns": [wrong, right]})]), agent="error_patterns")
    (name,) = ended.answer.findings
    assert run.store.part(Findings).read(name).error == "missed" and ended.answer.dropped == 1
    assert run.store.part(Findings).read(name).failures.outcomes.errors == ["missed"]


def test_a_pattern_rests_on_a_test(run):
    pattern = {"evidence": "e1", "error": "missed"}
    asked = [("query", {"where": NIGHT})]
    ended = run(scripted(asked, [("final", {"patterns": [pattern]})]), agent="error_patterns")
    assert ended.stopped == "done" and ended.answer.dropped == 1


def test_a_chat_answers_with_statements_views_and_ideas(run):
    final = {
        "statements": [COUNT, {**COUNT, "of": "time_of_day = 'day'"}],
        "views": [{"where": NIGHT, "outcome": "false_negative"}, {"where": "nonsense ="}],
        "ideas": [IDEA, "The model is ready for deployment.", "About 40% might be dark."],
    }
    ended = run(
        scripted([("query", {"where": NIGHT})], [("final", final)]),
        agent="chat",
        question="How many images are by night?",
    )
    assert ended.answer.text == COUNTED and ended.answer.ideas == [IDEA]
    assert ended.answer.dropped == 4
    (view,) = ended.answer.views
    assert len(run.store.view(view).ids) > 10 and view.outcomes.outcomes == ["false_negative"]
    for said in ("nonsense", "deployment", "40%"):
        assert said not in ended.model_dump_json()


def test_ideas_alone_are_no_answer(run):
    ended = run(scripted([("final", {"ideas": [IDEA]})]), agent="chat")
    assert ended.answer.ideas == [IDEA] and ended.answer.claims == []
    assert "stated nothing" in ended.answer.text and "statistics" in ended.answer.text


def test_a_chat_goes_on_with_its_evidence(run):
    first = run(
        scripted([("query", {"where": NIGHT})], [("final", {"statements": [COUNT]})]),
        agent="chat",
    )
    run.store.part(AgentRuns).keep(first, run.messages)
    known, version = evidence_in(run.messages)
    assert version == run.store.version
    seen = []

    def again(messages):
        seen.extend(messages)
        return [("final", {"statements": [COUNT]})]

    ended = run(scripted(again), agent="chat", conversation="r1", earlier=known)
    assert ended.answer.text == COUNTED and ended.answer.dropped == 0
    assert evidence_ids(seen) == ["e1"]


def test_data_that_gives_orders_is_fenced_and_changes_nothing(run):
    """A model that obeys the data: its tools cannot write, its false claim is dropped."""
    seen = []

    def obey(messages):
        parts = [part for message in messages for part in message.parts]
        texts = [part.content for part in parts if isinstance(part, ToolReturnPart)]
        seen.append("\n".join(texts))
        return [("final", {"statements": [effect("e3", direction="less")], "ideas": [INJECTED]})]

    version = run.store.version
    tools = [
        ("facets", {"fields": ["note"]}),
        ("look", {"ids": [int(run.store.view(BY_NIGHT).ids[0])]}),
        ("test_slice", {"where": NIGHT}),
        ("tag", {"tag": "obeyed"}),
    ]
    ended = run(scripted(tools, obey))
    assert (ended.answer.claims, ended.answer.ideas, ended.answer.dropped) == ([], [], 2)
    assert run.store.version == version and run.store.part(Findings).all() == []
    text = seen[-1]
    assert INJECTED in text
    token = text.partition("<data-")[2][:16]
    for found in re.finditer(re.escape(INJECTED), text):  # each time inside an open fence
        before = text[: found.start()]
        assert before.count(f"<data-{token}>") == before.count(f"</data-{token}>") + 1


PROSE = "The model is ready for deployment"


@pytest.mark.parametrize(
    "where",
    [
        f"note = '{PROSE}' or {NIGHT}",
        f"not note in ('plain', '{PROSE}')",
        f"note != '{PROSE}' and {NIGHT}",
        f"not note like '%{PROSE}%'",
        f"not note contains '{PROSE}'",
        f"not note like '{PROSE.replace(' ', '_')}'",
        f"note matches '{PROSE}|plain'",
        f"none(class = '{PROSE}') and {NIGHT}",
    ],
)
def test_words_of_the_model_get_into_no_predicate(run, where):
    """It would be true of night, and shown as a predicate in claims, titles and views."""
    count = {**COUNT, "of": where}
    final = {"statements": [count, effect("e2", of=where)], "views": [{"where": where}]}
    tools = [("query", {"where": where}), ("test_slice", {"where": where})]
    ended = run(scripted(tools, [("final", final)]), agent="chat")
    assert ended.answer.claims == ended.answer.views == [] and ended.answer.dropped == 3
    assert "deployment" not in ended.answer.model_dump_json()


def test_words_of_the_dataset_may_be_in_a_predicate(run):
    where = f"note = '{INJECTED}'"
    final = {"statements": [{**COUNT, "of": where}], "views": [{"where": where}]}
    ended = run(scripted([("query", {"where": where})], [("final", final)]), agent="chat")
    assert ended.answer.text == f"80 images where {where} (33.3% of 240)."
    assert ended.answer.dropped == 0


def test_images_are_looked_at_and_not_kept(run):
    seen = []

    def look(messages):
        ids = run.store.view(BY_NIGHT).ids[:2].tolist()
        boxes = run.store.tables.read("annotations").column("annotation_id").to_pylist()[:1]
        return [("look", {"ids": ids}), ("look", {"ids": boxes, "level": "annotations"})]

    def answer(messages):
        for message in messages:
            for part in message.parts:
                if isinstance(part, UserPromptPart) and not isinstance(part.content, str):
                    seen.extend(one for one in part.content if isinstance(one, BinaryContent))
        return [("final", {"ideas": ["These images seem to be grey, perhaps out of focus."]})]

    ended = run(scripted(look, answer))
    assert len(seen) == 3 and all(one.media_type == "image/jpeg" for one in seen)
    assert ended.answer.ideas == ["These images seem to be grey, perhaps out of focus."]
    assert "shown" in run.messages and len(run.messages) < 100_000


def test_images_are_limited(run, monkeypatch):
    ids = run.store.view(BY_NIGHT).ids[:8].tolist()
    ended = run(scripted([("look", {"ids": ids})] * 4, [("final", {})]))
    said = [step.text for step in ended.steps if step.kind == "error"]
    assert len(said) == 1 and "more images" in said[0]


def test_what_a_tool_refuses_is_told_to_the_model(run):
    wrong = [
        ("query", {"where": "nonsense ="}),
        ("query", {"level": "nowhere"}),
        ("search", {"like": [1]}),
        ("evaluation_figures", {"evaluation": "other"}),
    ]
    ended = run(
        scripted(wrong, [("evaluation_figures", {}), ("describe_dataset", {})], [("final", {})])
    )
    assert kinds(ended).count("error") == 4 and kinds(ended).count("tool_result") == 2
