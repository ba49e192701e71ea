"""A finding in words and pictures, as people read it: its figures, and its intervals as SVG."""

from __future__ import annotations

from collections.abc import Iterable

from visionlens_jlab.analysis.shapes import AnalysisInfo, Effect, Finding, Untested
from visionlens_jlab.analysis.slices.settings import CONFIRMED
from visionlens_jlab.attributes.shapes import Attribute, Calibration, Proportion

TARGETS = {
    "miss_rate": "missed labels",
    "false_positive_rate": "false positives",
    "error_type": "errors of a type",
    "confidence_gap": "gap between confidence and precision",
    "label_error": "likely label errors",
}
POINTS = " points"
"""Of a hundred: the unit of differences of shares."""
STATUSES = {"hypothesis": "hypothesis", "verified": "verified", "rejected": "rejected"}
COLUMNS = ("", "Units", "Groups", "Here", "Elsewhere", "Difference", "95% interval", "p, adjusted")
"""Of `figures`."""


def is_share(found: Finding | Untested) -> bool:
    """Whether its rates are shares of units, or scores: else counts for each image."""
    return found.level == "annotations"


def number(found: Finding | Untested, value: float | None, *, signed: bool = False) -> str:
    """A rate, or with a sign a difference of two."""
    if value is None:
        return "–"
    sign = "+" if signed else ""
    if not is_share(found):
        return f"{value:{sign}.2f}"
    return f"{100 * value:{sign}.1f}" + (POINTS if signed else "%")


def interval(found: Finding, effect: Effect) -> str:
    """The 95% interval of the difference."""
    if effect.low is None or effect.high is None:
        return "–"
    low = number(found, effect.low, signed=True).removesuffix(POINTS)
    return f"{low} to {number(found, effect.high, signed=True)}"


def headline(found: Finding) -> str:
    """The confirmation half's effect in one line."""
    effect = found.confirmation
    return (
        f"{number(found, effect.rate)} here, {number(found, effect.rest)} elsewhere "
        f"({number(found, effect.difference, signed=True)}, {interval(found, effect)})"
    )


def target_of(found: Finding) -> str:
    """What it is more of."""
    return f"{found.error} errors" if found.error else TARGETS[found.target]


def size_of(found: Finding) -> str:
    """How much it is about."""
    noun = "images"
    if found.level == "annotations":
        of_labels = found.target in ("miss_rate", "label_error") or found.error == "missed"
        noun = "labels" if of_labels else "predictions"
    return f"{found.units:,} {noun} in {found.groups:,} groups"


def state_of(found: Finding) -> str:
    """What became of it since, in a few words; empty: nothing."""
    if found.stale:
        return "data changed since: check it again"
    if found.holds is None:
        return ""
    return "still holds" if found.holds else "no longer holds"


def effects_of(found: Finding) -> list[tuple[str, Effect]]:
    """The halves it was found and confirmed in, and what the last check gave."""
    halves = [("Confirmation half", found.confirmation), ("Discovery half", found.discovery)]
    return halves if found.now is None else [*halves, ("Last check, both", found.now)]


def figures(found: Finding) -> list[tuple[str, ...]]:
    """A row for each effect, under `COLUMNS`."""
    return [
        (
            name,
            f"{effect.units:,}",
            f"{effect.groups:,}",
            number(found, effect.rate),
            number(found, effect.rest),
            number(found, effect.difference, signed=True),
            interval(found, effect),
            "–" if effect.p_adjusted is None else p_text(effect.p_adjusted),
        )
        for name, effect in effects_of(found)
    ]


def p_text(p: float) -> str:
    """Three digits."""
    return "< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def verdicts_of(found: Finding) -> str:
    """What the user's answers about single units come to; empty: there are none."""
    count = len(found.verdicts)
    return f"{sum(found.verdicts.values()):,} of {count:,} looked at are so" if count else ""


def summary(findings: list[Finding]) -> str:
    """What the whole report holds, in one sentence."""
    count = len(findings)
    by_status = [
        f"{number} {status if status != 'hypothesis' else 'not looked at'}"
        for status in STATUSES
        if (number := sum(one.status == status for one in findings))
    ]
    listed = f" ({', '.join(by_status)})" if by_status else ""
    return f"{count} finding{'' if count == 1 else 's'}{listed}."


def remarks(found: Finding, attributes: Iterable[Attribute] = ()) -> list[str]:
    """Everything else that stands below its figures, a sentence or two each."""
    action = found.action
    lines = [f"Suggested action: {action.text} {action.reason}"]
    if found.inseparable:
        others = [f"{other.label} (overlap {other.overlap:.2f})" for other in found.inseparable]
        lines.append(f"Cannot be separated from: {'; '.join(others)}.")
    lines += [claim.text for claim in found.explanation]
    if found.attributes:
        lines.append(f"It uses visual attributes: {', '.join(found.attributes)}.")
    lines += [calibration_of(one) for each in attributes for one in each.calibrations]
    if verdicts_of(found):
        lines.append(f"Verdicts: {verdicts_of(found)}.")
    if found.notes:
        lines.append(f"Notes: {found.notes}")
    return lines


def calibration_of(one: Calibration) -> str:
    """How far an answer of an attribute can be trusted, beside the finding that uses it."""
    return (
        f"Attribute {one.attribute}, answer {one.answer}: precision {_limits(one.precision)}, "
        f"recall {_limits(one.recall)}, from {one.labels:,} labels of which {one.positive:,} "
        "are positive."
    )


def _limits(share: Proportion) -> str:
    if share.value is None or share.low is None or share.high is None:
        return "unknown"
    return f"{share.value:.2f} ({share.low:.2f} to {share.high:.2f})"


def untested_of(one: Untested) -> str:
    """What looks worse but could not be tested, in one sentence."""
    of = one.error or TARGETS[one.target]
    rate, rest = (number(one, value) for value in (one.effect.rate, one.effect.rest))
    return f"Seen but not tested: {one.label} ({of}: {rate} here, {rest} elsewhere; {one.reason})."


def about(info: AnalysisInfo) -> list[str]:
    """How an analysis looked, and what it could not say."""
    asked = info.request
    lines = [
        f"{info.tested:,} slices tested over {info.units:,} units in {info.groups:,} groups, "
        f"conjunctions of up to {asked.depth} conditions.",
        f"At least {asked.min_objects} units and {asked.min_groups} groups in each half; "
        f"error rate {asked.alpha:g} after Benjamini-Hochberg in the discovery half, "
        f"{CONFIRMED * asked.alpha:g} after Holm in the confirmation half.",
    ]
    not_confirmed = sum(one.reason == "not confirmed" for one in info.unconfirmed)
    if not_confirmed:
        lines.append(f"Not confirmed: {not_confirmed:,} slices of the discovery half.")
    lines += [untested_of(one) for one in info.untested]
    by_reason: dict[str, list[str]] = {}
    for one in info.left_out:
        by_reason.setdefault(one.reason, []).append(one.field)
    lines += [f"Left out: {', '.join(names)} ({reason})." for reason, names in by_reason.items()]
    return [*lines, *info.warnings]


WIDTH, ROW, EDGE = 320, 18, 8


def intervals_svg(found: Finding) -> str:
    """Each effect's difference with its interval against none; empty where none can be told."""
    shown = [
        (name, effect, effect.difference, effect.low, effect.high)
        for name, effect in effects_of(found)
    ]
    known = [
        (name, effect, middle, low, high)
        for name, effect, middle, low, high in shown
        if middle is not None and low is not None and high is not None
    ]
    if not known:
        return ""
    least = min(0.0, *(low for *_, low, _ in known))
    most = max(0.0, *(high for *_, high in known))
    scale = (WIDTH - 2 * EDGE) / ((most - least) or 1.0)

    def place(value: float) -> float:
        return round(EDGE + (value - least) * scale, 1)

    height = ROW * len(known) + 2
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img">',
        f"<title>{_described(found, known[0][1])}</title>",
        f'<line x1="{place(0)}" y1="0" x2="{place(0)}" y2="{height}" stroke="#888" '
        'stroke-dasharray="2 2"/>',
    ]
    for row, (name, _, middle, low, high) in enumerate(known):
        y = ROW * row + ROW // 2 + 1
        tone = "#1f77b4" if row == 0 else "#999"
        lines.append(
            f'<g stroke="{tone}" fill="{tone}"><title>{name}</title>'
            f'<line x1="{place(low)}" y1="{y}" x2="{place(high)}" y2="{y}" stroke-width="2"/>'
            f'<circle cx="{place(middle)}" cy="{y}" r="4"/></g>'
        )
    return "".join([*lines, "</svg>"])


def _described(found: Finding, effect: Effect) -> str:
    difference = number(found, effect.difference, signed=True)
    return f"Difference {difference}, 95% interval {interval(found, effect)}"
