"""Answers in the words of a template, where no language model takes part or none was believed."""

from __future__ import annotations

from ..models import Claim, Finding
from .evidence import Evidence

_MOST = 5


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
    lines = ["Slices that were confirmed until then:"]
    for test in tests:
        effect = test.result["confirmation"]
        lines.append(
            f"- {test.predicate}: {test.result['target'].replace('_', ' ')} "
            f"{_rate(effect['rate'])} against {_rate(effect['rest'])} elsewhere"
        )
    return "\n".join(lines)


def of_claims(claims: list[Claim]) -> str:
    """Sentences one after the other."""
    return " ".join(claim.text for claim in claims)


def _rate(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3g}"
