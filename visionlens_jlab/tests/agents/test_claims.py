"""Claims against evidence: what is true stays, what differs in anything goes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.agents.claims import Checker, ClaimDropped
from visionlens_jlab.agents.directions import signs
from visionlens_jlab.agents.drafts import ClaimDraft
from visionlens_jlab.agents.evidence import Evidence
from visionlens_jlab.agents.numbers import written_numbers
from visionlens_jlab.agents.wording import soften
from visionlens_jlab.catalog.predicates import parse, render

NIGHT = "class = 'car' and time_of_day = 'night'"
EFFECT = {"units": 312, "rate": 0.4523, "rest": 0.1204, "difference": 0.3319}
EVIDENCE = {
    "e1": Evidence(
        "e1",
        "test_slice",
        {"where": NIGHT, "target": "miss_rate"},
        {"predicate": NIGHT, "direction": "more", "count": 640, "confirmation": EFFECT},
    ),
    "e2": Evidence(
        "e2",
        "evaluation_figures",
        {},
        {
            "metrics": {"AP50": 0.612},
            "per_class": {"car": {"recall": 0.71}, "bus": {"recall": 0.31}},
        },
    ),
    "e3": Evidence(
        "e3",
        "test_slice",
        {"where": "class = 'bus'"},
        {"predicate": "class = 'bus'", "direction": "unclear", "count": 80},
    ),
    "e4": Evidence(
        "e4", "query", {"where": NIGHT}, {"predicate": NIGHT, "count": 640, "total": 20000}
    ),
    "e5": Evidence(
        "e5",
        "test_slice",
        {"where": "time_of_day = 'day'"},
        {"predicate": "time_of_day = 'day'", "direction": "less", "confirmation": EFFECT},
    ),
    "e6": Evidence("e6", "look", {"ids": [4]}, {"images": [{"classes": ["car"]}]}),
}
CHECKER = Checker(
    "run",
    EVIDENCE,
    lambda text: render(found) if text and (found := parse(text)) is not None else "",
    ["night", "day", "car", "bus", "occluded"],
    ["time of day"],
)


def numbers(**named: float) -> list[dict[str, object]]:
    """Typed numbers of a draft; `confirmation_rate` for `confirmation.rate`."""
    return [{"name": name.replace("__", "."), "value": value} for name, value in named.items()]


def draft(text: str, evidence: str | None = "e1", **members: object) -> ClaimDraft:
    """A claim about the first evidence."""
    given = {"predicate": NIGHT} if evidence in ("e1", "e4") else {}
    return ClaimDraft.model_validate({"text": text, "evidence": evidence, **given, **members})


RATE = numbers(confirmation__rate=0.4523)
BOTH = numbers(confirmation__rate=0.4523, confirmation__rest=0.1204)
TRUE = [
    draft("Cars at night are missed at 45%.", numbers=RATE),
    draft("The miss rate is 45.2 percent, higher than the 12% elsewhere.", numbers=BOTH),
    draft(
        "Of 312 cars at night, 0.45 are missed.", numbers=[*RATE, *numbers(confirmation__units=312)]
    ),
    draft("Recall is lower for these cars.", direction="more"),
    draft("The model fails more often here."),
    draft("There are 640 of them.", "e4", numbers=numbers(count=640)),
    draft("They are 640 of 20,000.", "e4", numbers=numbers(count=640, total=20000)),
    draft(
        f"The slice {NIGHT} fails more.",
        predicate="class='car'  and  time_of_day='night'",
    ),
    draft("Where the time of day is night, cars fail more."),
    draft("AP50 is 0.61.", "e2", numbers=numbers(metrics__AP50=0.612)),
    draft(
        "The recall of bus, 0.31, is lower than that of car, 0.71.",
        "e2",
        numbers=numbers(per_class__bus__recall=0.31, per_class__car__recall=0.71),
    ),
    draft(
        "With a 95% interval, the difference is 33 points.",
        numbers=numbers(confirmation__difference=0.3319),
    ),
    draft("Here the model does better.", "e5", predicate="time_of_day = 'day'"),
]
FALSE = {
    "another rate": draft("Cars at night are missed at 62%.", numbers=RATE),
    "another typed rate": draft("Cars fail more.", numbers=numbers(confirmation__rate=0.62)),
    "a number in words": draft("They fail twice as often, more than elsewhere."),
    "an untyped number": draft("Cars at night: 45%."),
    "no such number": draft("It is 45%.", numbers=numbers(recall=0.45)),
    "wrong rounding": draft("It is 46%.", numbers=RATE),
    "a sign turned": draft("It differs.", numbers=numbers(confirmation__difference=-0.3319)),
    "another predicate": draft("These fail more.", predicate="class = 'car'"),
    "no predicate": draft("These fail more.", predicate=None),
    "no such syntax": draft("These fail more.", predicate="class ="),
    "another value in words": draft("Buses at night are missed at 45%.", numbers=RATE),
    "less": draft("The model fails less often here."),
    "typed less": draft("The model differs here.", direction="less"),
    "recall up": draft("Recall is higher here."),
    "not more": draft("There are not more misses here."),
    "both ways": draft("There are more misses and fewer than elsewhere."),
    "unclear": draft("These fail more.", "e3", predicate="class = 'bus'"),
    "no comparison": draft("These are missed more often.", "e4"),
    "more of the better": draft("The model fails more.", "e5", predicate="time_of_day = 'day'"),
    "swapped classes": draft(
        "The recall of car is 0.31.", "e2", numbers=numbers(per_class__bus__recall=0.31)
    ),
    "swapped comparison": draft(
        "The recall of bus, 0.31, is higher than that of car, 0.71.",
        "e2",
        numbers=numbers(per_class__bus__recall=0.31, per_class__car__recall=0.71),
    ),
    "no such evidence": draft("These fail more.", "e99"),
    "predicate of none": draft("AP50 is 0.61.", "e2", predicate=NIGHT),
    "all of them": draft("The model always fails more here."),
    "a number of nothing": draft("About 45% are missed.", None),
    "a comparison of nothing": draft("The model struggles there.", None),
    "a value of nothing": draft("Night is the issue.", None),
    "vague": draft("Thousands of cars fail more."),
    "nothing": draft(" "),
}


@pytest.mark.parametrize("claim", TRUE, ids=lambda claim: claim.text)
def test_what_its_evidence_says_stays(claim):
    kept = CHECKER.check(claim)
    assert kept is not None
    assert (kept.text, kept.evidence, kept.run) == (claim.text, claim.evidence, "run")
    assert not kept.softened


@pytest.mark.parametrize("name", FALSE)
def test_what_differs_is_dropped_without_its_wording(name):
    with pytest.raises(ClaimDropped) as dropped:
        CHECKER.check(FALSE[name])
    text = FALSE[name].text
    assert not text.strip() or text not in str(dropped.value)


def test_a_sentence_that_claims_nothing_is_no_claim():
    idle = draft("Here is what the tools gave.", None)
    assert CHECKER.check(idle) is None
    assert CHECKER.idle_text(idle) == idle.text


def test_what_was_seen_is_told_as_a_description():
    kept = CHECKER.check(draft("The car stands in fog.", "e6"))
    assert kept is not None
    assert kept.text.startswith("As the model describes the images it looked at:")


@pytest.mark.parametrize(
    "said",
    [
        "Cars are missed because it is dark",
        "Darkness causes misses",
        "Misses are caused by darkness",
        "This is due to the headlights",
        "Glare leads to misses",
        "The misses result in part from glare, which is why recall is low",
        "Night is the root cause of these misses",
        "Fog makes the model miss cars",
        "Rain is responsible for the misses",
        "It is dark and therefore they are missed",
    ],
)
def test_causes_become_association(said):
    text, changed = soften(said)
    assert changed
    causal = ("because", "cause", "due to", "leads to", "responsible", "therefore", "why", "makes")
    assert not any(word in text.lower() for word in causal)
    assert soften(text) == (text, False)


def test_a_causal_claim_is_kept_as_association():
    kept = CHECKER.check(draft("Darkness causes more misses at night: 45%.", numbers=RATE))
    assert kept is not None and kept.softened
    assert kept.text == "Darkness goes with more misses at night: 45%."


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("misses more", {1}),
        ("recall is lower", {1}),
        ("recall is higher", {-1}),
        ("fewer misses", {-1}),
        ("does not fail more", {-1}),
        ("works well", {-1}),
        ("buses as well as cars", set()),
        ("there are 12 of them", set()),
    ],
)
def test_which_way_a_sentence_points(said, expected):
    assert signs(said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("45% of 1,204", [(45, True), (1204, False)]),
        ("a drop of 3.5 points", [(3.5, True)]),
        (".5 and 0.25", [(0.5, False), (0.25, False)]),
        ("AP50, F1 and e3", []),
        ("two of them", [(2, False)]),
        ("the confirmation half", []),
        ("half of them", [(0.5, False)]),
        ("3x", [(None, False)]),
        ("-0.3", [(0.3, False)]),
    ],
)
def test_numbers_are_read(said, expected):
    found = written_numbers(said)
    assert [(None if n.value != n.value else n.value, n.percent) for n in found] == expected


@given(st.floats(0.001, 0.999), st.integers(0, 3))
def test_a_rounded_rate_is_the_rate_and_its_neighbours_are_not(rate, decimals):
    percent = round(100 * rate, decimals)
    step = 10**-decimals
    (same,) = written_numbers(f"{percent:.{decimals}f}%")
    (other,) = written_numbers(f"{percent + 2 * step:.{decimals}f}%")
    assert same.is_rounded(rate)
    assert not other.is_rounded(rate)


@given(st.text(max_size=80))
def test_any_text_is_read_without_harm(text):
    written_numbers(text), signs(text), soften(text)
    with suppress(ClaimDropped):
        CHECKER.check(draft(text, None))
