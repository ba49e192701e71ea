"""Answers in the words of a template, where no language model takes part or none was believed."""

from __future__ import annotations

from visionlens_jlab.agents.statements.evidence import Evidence
from visionlens_jlab.agents.statements.populations import canonical
from visionlens_jlab.agents.statements.sentences import of_effect
from visionlens_jlab.analysis.shapes import Finding

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
