"""Wordings of questions, what models say read as one of the options, and votes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.attributes.models.questions import (
    BUILT_IN,
    Wording,
    checked,
    majority,
    options_of,
    read,
    wordings,
)
from visionlens_jlab.attributes.shapes import AttributeSpec

YES_NO = Wording("", ("no", "yes"), lettered=False)
WEATHER = Wording("", ("rain", "heavy rain", "not visible", "sun"), lettered=False)
LETTERS = Wording("", ("rain", "sun", "fog"), lettered=True)
CHOICE = AttributeSpec(
    name="weather", question="Which {weather}?", kind="choice", options=["sun", "rain", "fog"]
)


@pytest.mark.parametrize("spec", [*BUILT_IN, CHOICE, AttributeSpec(name="a", question="Is it?")])
def test_wordings_differ_in_frame_and_order(spec):
    found = wordings(spec, 8, seed=3)
    assert found == wordings(spec, 8, seed=3)
    assert len({one.text for one in found}) == 8
    options = options_of(spec)
    assert all(sorted(one.options) == sorted(options) for one in found)
    firsts = [one.options[0] for one in found]
    assert len(set(firsts)) >= min(4, len(options)), "no option is always the first"
    assert len({one.text.replace(one.options[0], "") for one in found[:3]}) == 3
    for one in found:
        assert all(option in one.text for option in options)
        assert any(text in one.text for text in (spec.question, *spec.paraphrases))


def test_built_in_questions_are_questions_that_can_be_asked():
    assert checked(list(BUILT_IN)) == list(BUILT_IN)


@pytest.mark.parametrize(
    ("said", "wording", "answer"),
    [
        ("Yes.", YES_NO, "yes"),
        (" no\n", YES_NO, "no"),
        ("Yes, there is no doubt", YES_NO, "yes"),
        ("The answer is no", YES_NO, "no"),
        ("yes yes yes", YES_NO, "yes"),
        ("There is no rain here", YES_NO, None),
        ("I cannot tell", YES_NO, None),
        ("", YES_NO, None),
        ("Rain", WEATHER, "rain"),
        ("heavy rain", WEATHER, "heavy rain"),
        ("It's HEAVY  Rain!", WEATHER, "heavy rain"),
        ("The weather is not visible.", WEATHER, "not visible"),
        ("sun, not rain", WEATHER, "sun"),
        ("not rain", WEATHER, None),
        ("rain or sun", WEATHER, None),
        ("sunny", WEATHER, None),
        ("b", WEATHER, None),
        ("B", LETTERS, "sun"),
        ("(c)", LETTERS, "fog"),
        ("A.", LETTERS, "rain"),
        ("B: sun", LETTERS, "sun"),
        ("B. fog", LETTERS, None),
        ("D", LETTERS, None),
        ("a picture with fog", LETTERS, "fog"),
        ("sun", LETTERS, "sun"),
    ],
)
def test_what_is_said_is_read_as_one_option_or_none(said, wording, answer):
    assert read(said, wording) == answer


@given(st.text(max_size=60), st.sampled_from([YES_NO, WEATHER, LETTERS]))
def test_whatever_is_said_is_an_option_or_none(said, wording):
    assert read(said, wording) in (None, *wording.options)


@given(st.sampled_from([YES_NO, WEATHER, LETTERS]), st.data())
def test_an_option_alone_is_read_as_itself(wording, data):
    option = data.draw(st.sampled_from(wording.options))
    dressed = data.draw(st.sampled_from(["{}", "{}.", " {}\n", "**{}**", '"{}"', "It is {}."]))
    assert read(dressed.format(option.upper()), wording) == option


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        (["yes", "yes", "no"], ("yes", 2 / 3)),
        (["yes", None, None], ("yes", 1 / 3)),
        (["yes", "no"], (None, 0)),
        (["a", "b", "b", "c"], ("b", 0.5)),
        ([None, None], (None, 0)),
        ([], (None, 0)),
    ],
)
def test_the_majority_counts_all_wordings(answers, found):
    assert majority(answers) == found
