"""The sentences of claims, worded from evidence, and of answers without a language model."""

from __future__ import annotations

from typing import Any

from visionlens_jlab.agents.statements.evidence import (
    Distribution,
    Evidence,
    Quantity,
    canonical,
    note_of,
)
from visionlens_jlab.analysis.shapes import Finding
from visionlens_jlab.analysis.slices.terms import quoted, shown, shown_value

_FAILING = {
    "miss_rate": "are missed",
    "false_positive_rate": "are false positives",
    "classification errors": "are taken for another class",
    "localisation errors": "are badly placed",
    "both errors": "are of the wrong class and badly placed",
    "duplicate errors": "find again what was found",
    "background errors": "are found where nothing is",
    "missed errors": "are missed altogether",
}
_MEANS = {
    "miss_rate": "missed objects",
    "false_positive_rate": "false positives",
    "confidence_gap": "confidence above precision",
    "label_error": "label error score",
}
_SAME = {"higher": "higher than", "lower": "lower than", "equal": "the same as"}
_COUNTS = {"higher": "more than", "lower": "fewer than", "equal": "as many as"}
_RESTS_ON = {"precision": "predictions"}
_MOST_VALUES = 12


def of_figure(one: Quantity) -> str:
    """One number."""
    return _capital(f"{_phrase(one)}.")


def of_comparison(first: Quantity, direction: str, second: Quantity) -> str:
    """Two numbers of one metric."""
    decimals = 3 if f"{first.value:.3f}" != f"{second.value:.3f}" else 6
    words = _COUNTS if _is_count(first.unit) else _SAME
    tested = "" if first.run is None else "; whether chance could do it was not tested"
    return _capital(
        f"{_phrase(first, decimals)}, {words[direction]} {_phrase(second, decimals)}{tested}."
    )


def of_extreme(one: Quantity, rank: str, number: int, equals: int) -> str:
    """The greatest or least of `number`, `equals` others being as great."""
    shared = f", as of {equals} more" if equals else ""
    return _capital(
        f"{_phrase(one)}: the {rank} of {number:,} values of {quoted(one.field)}{shared}."
    )


def of_distribution(one: Distribution) -> str:
    """How often the values of a field are."""
    among = f" where {shown(one.of)}" if one.of else ""
    parts = [f"{shown_value(name)}: {count:,}" for name, count in one.parts[:_MOST_VALUES]]
    more = len(one.parts) - len(parts) + one.more
    if more:
        parts.append(f"and {more:,} more")
    if one.missing:
        parts.append(f"without one: {one.missing:,}")
    noun = one.unit.capitalize()
    return f"{noun}{among} by {quoted(one.field)}, {one.whole:,} in all: {', '.join(parts)}."


def of_confusion(result: dict[str, Any], row: dict[str, Any], rank: str) -> str:
    """Objects of one class that are taken for another."""
    ranks = {
        "most_of_all": "; no two classes are confused more often",
        "most_of_class": "; they are taken for no other class more often",
        "any": "",
    }
    return (
        f"Run {quoted(result['run'])} takes objects of class {quoted(row['true'])} for "
        f"{quoted(row['predicted'])} {_times(row['count'])}{ranks[rank]}{_after(note_of(result))}."
    )


def of_effect(result: dict[str, Any], of: str) -> str:
    """A slice against the rest, in the half held out for confirmation."""
    effect, unit, metric = result["confirmation"], result["unit"], result["metric"]
    rate, rest = _value(effect["rate"], unit), _value(effect["rest"], unit)
    run, note = quoted(result["run"]), _after(note_of(result))
    units = f"{effect['units']:,} {unit.rpartition(' ')[2]} where {shown(of)}"
    if unit.startswith("share"):
        said = f"of {units} {rate} {_failing(metric)}, of the rest {rest}"
    else:
        said = f"{_aim(metric)} {rate} for each of {units}, {rest} for each of the rest"
    if result["direction"] == "unclear":
        few = "" if not result.get("too_few") else ", for there are too few of them or of the rest"
        return f"Run {run}: {said}; no difference was confirmed{few}{note}."
    return f"Run {run}: {said}; {_difference(effect, unit)}{_since(result)}{note}."


def of_holding(result: dict[str, Any], of: str) -> str:
    """Whether a finding holds."""
    run = quoted(result["run"])
    what = f"The finding on {_aim(result['metric'])} where {shown(of)} (run {run})"
    if result["still_holds"] is False:
        return f"{what} no longer holds: its last check did not bear it out."
    checked = ", and its last check bore it out" if result["still_holds"] else ""
    return f"{what} holds: it was confirmed on the half held out for it{checked}{_judged(result)}."


def of_no_finding(result: dict[str, Any]) -> str:
    """The statistics looked and confirmed nothing."""
    run = quoted(result["run"])
    return f"The statistics confirmed no slice in which run {run} fails more than elsewhere."


def of_no_row(unit: str, of: str) -> str:
    """A predicate that nothing satisfies."""
    return f"No {unit.removesuffix('s')} satisfies {shown(of)}."


def _phrase(one: Quantity, decimals: int = 3) -> str:
    """A number with what it is a number of."""
    where = f" where {shown(one.of)}" if one.of else ""
    if one.run is None:
        return f"{_counted(one.value, one.unit)}{where or ' in all'}{_share(one)}"
    noun = one.unit.rpartition(" ")[2]
    about = [f"run {quoted(one.run)}", *([one.note] if one.note else [])]
    if one.unit.startswith(("share", "mean")):
        about.append("half held out for confirmation")
        rate, units = _value(one.value, one.unit), noun if one.whole is None else _of_units(one)
        if one.unit.startswith("share"):
            said = f"of {units}{where} {rate} {_failing(one.metric)}"
        else:
            said = f"{_aim(one.metric)} {rate} for each of {units}{where}"
    else:
        value = f"{one.value:.{decimals}f}" if one.unit == "score" else f"{one.value:,.0f}"
        said = f"{one.metric.replace('_', ' ')} {value}{where}"
        if one.whole is not None:
            about.append(_counted(one.whole, _RESTS_ON.get(one.metric, "objects")))
    return f"{said} ({', '.join(about)})"


def _share(one: Quantity) -> str:
    if not one.whole:
        return ""
    among = f" where {shown(one.whole_of)}" if one.whole_of else ""
    return f" ({one.value / one.whole:.1%} of {one.whole:,}{among})"


def _of_units(one: Quantity) -> str:
    return f"{one.whole:,} {one.unit.rpartition(' ')[2]}"


def _counted(number: float, unit: str) -> str:
    return f"{number:,.0f} {unit.removesuffix('s') if number == 1 else unit}"


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return "unknown"
    return f"{value:.1%}" if unit.startswith("share") else f"{value:.3g}"


def _difference(effect: dict[str, Any], unit: str) -> str:
    """`33.2 points more (95% interval 25.1 to 41.3)`."""
    times, name, places = (100, " points", ".1f") if unit.startswith("share") else (1, "", ".3g")
    sign = "more" if effect["difference"] > 0 else "less"
    size = f"{abs(times * effect['difference']):{places}}{name} {sign}"
    if effect["low"] is None or effect["high"] is None:
        return f"{size}, confirmed on the half held out for it"
    bounds = sorted(
        (times * bound if sign == "more" else -times * bound)
        for bound in (effect["low"], effect["high"])
    )
    interval = " to ".join(f"{bound:{places}}" for bound in bounds)
    return f"{size} (95% interval {interval}), confirmed on the half held out for it"


def _since(result: dict[str, Any]) -> str:
    """What became of a finding; tests have no such thing."""
    if result.get("still_holds") is False:
        return "; it no longer holds"
    return _judged(result)


def _judged(result: dict[str, Any]) -> str:
    return "; a user has rejected it" if result.get("status") == "rejected" else ""


def _aim(metric: str) -> str:
    return _MEANS.get(metric, metric)


def _failing(metric: str) -> str:
    return _FAILING.get(metric, f"have {metric}")


def _is_count(unit: str) -> bool:
    return unit in ("images", "objects", "predictions", "errors")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _after(note: str) -> str:
    return f", {note}" if note else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_MOST = 5
NOBODY_LOOKED = "Nobody has let statistics look for slices yet."


def of_findings(findings: list[Finding]) -> str:
    """What the statistics found, best first."""
    if not findings:
        return "The statistics confirmed no slice in which the model fails more than elsewhere."
    number = len(findings)
    lines = [f"The statistics confirmed {number} finding{'s' if number > 1 else ''}:"]
    lines += [f"{place}. {one.title}" for place, one in enumerate(findings[:_MOST], 1)]
    if number > _MOST:
        lines.append(f"and {number - _MOST} more.")
    return "\n".join(lines)


def of_tests(tests: list[Evidence]) -> str:
    """Confirmed tests of a run that was stopped before it handed anything in."""
    said = [of_effect(test.result, canonical(test.result["predicate"]) or "") for test in tests]
    return "\n".join(["Slices that were confirmed until then:", *dict.fromkeys(said)])
