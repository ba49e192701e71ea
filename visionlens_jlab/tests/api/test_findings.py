"""Findings, analyses, tests of slices and reports over HTTP."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from visionlens_jlab.tests.api.servers import analyse, code, evaluate


@pytest.fixture
def finding(extension, dataset):
    """A finding's id."""
    evaluate(extension.services.library, dataset)
    return analyse(extension.services.library, dataset)


async def test_a_finding_is_read_judged_and_removed(api, dataset, finding):
    listed = await api.json(f"datasets/{dataset}/findings?evaluation=model")
    assert [one["finding"] for one in listed["findings"]] == [finding]
    assert (await api.json(f"datasets/{dataset}/findings?evaluation=x"))["findings"] == []
    path = f"datasets/{dataset}/findings/{finding}"
    assert await api.json(path) == listed["findings"][0]
    change = {"status": "verified", "notes": "seen", "verdicts": {"0": True, "3": False}}
    changed = await api.json(path, "PATCH", change)
    assert (changed["status"], changed["verdicts"]) == ("verified", {"0": True, "3": False})
    assert (await api.json(path, "PATCH", {"verdicts": {"3": None}}))["verdicts"] == {"0": True}
    for body in ({"status": "true"}, {"verdicts": {"a": True}}, {"text": "x"}):
        assert code(await api(path, "PATCH", body)) == "REQUEST_INVALID"
    [analysis] = (await api.json(f"datasets/{dataset}/analyses"))["analyses"]
    assert await api.json(f"datasets/{dataset}/analyses/first") == analysis
    assert code(await api(f"datasets/{dataset}/analyses/x")) == "ANALYSIS_NOT_FOUND"
    assert (await api(path, "DELETE")).code == 204
    assert code(await api(path)) == "FINDING_NOT_FOUND"


async def test_a_report_is_a_download_that_may_do_nothing(api, dataset, finding):
    path = f"datasets/{dataset}/findings-report"
    answer = await api(path, "POST", {"findings": [finding]})
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="street-findings.html"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert b"data:image/webp;base64," in answer.body
    answer = await api(path, "POST", {"format": "markdown"})
    assert answer.headers["Content-Type"] == "application/zip"
    assert "findings.md" in zipfile.ZipFile(io.BytesIO(answer.body)).namelist()
    assert code(await api(path, "POST", {"findings": ["none"]})) == "FINDING_NOT_FOUND"


async def test_a_slice_is_tested_and_counted(api, dataset, finding):
    request = {"evaluation": "model", "target": "miss_rate", "where": "split = 'val'"}
    tested = await api.json(f"datasets/{dataset}/slices", "POST", request)
    assert tested["tests"] == 121  # those of the analysis among them
    assert tested["count"] == 10
    for changed, expected in (
        ({"evaluation": "none"}, "EVALUATION_NOT_FOUND"),
        ({"where": "split ="}, "PREDICATE_INVALID"),
        ({"level": "samples", "target": "confidence_gap"}, "ANALYSIS_INVALID"),
    ):
        answer = await api(f"datasets/{dataset}/slices", "POST", request | changed)
        assert code(answer) == expected, json.loads(answer.body)
