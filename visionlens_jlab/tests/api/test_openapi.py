"""The contract: up to date, true to the routes, complete in its codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tools.contract import differences
from visionlens_jlab.config import API_PREFIX
from visionlens_jlab.core.api import error_table
from visionlens_jlab.core.api.openapi import document, routes
from visionlens_jlab.core.api.operations import VERBS
from visionlens_jlab.errors import CODES

CHECKOUT = Path(__file__).parents[3]


def test_the_stored_document_is_up_to_date():
    stored = json.loads((CHECKOUT / "openapi.json").read_text("utf-8"))
    assert stored == document(), (
        "run: python -m visionlens_jlab.core.api.openapi > openapi.json && jlpm generate:api"
    )


def test_every_verb_of_a_handler_is_in_the_document_and_no_other():
    for route in routes():
        served = {verb for verb in VERBS if verb in vars(route.handler)}
        assert served == set(route.operations), route.path


def test_the_paths_are_those_tornado_serves(jp_serverapp, jp_base_url):
    served = {
        rule.matcher.regex.pattern
        for group in jp_serverapp.web_app.wildcard_router.rules
        for rule in [group]
        if hasattr(rule.matcher, "regex")
    } | {
        rule.matcher.regex.pattern
        for group in jp_serverapp.web_app.default_router.rules
        if hasattr(group.target, "rules")
        for rule in group.target.rules
        if hasattr(rule.matcher, "regex")
    }
    ours = {
        re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", pattern.split(API_PREFIX)[1])
        .rstrip("$")
        .replace("\\", "")
        for pattern in served
        if API_PREFIX in pattern and "(?:" not in pattern
    }
    assert ours == set(document()["paths"])


def test_every_reference_leads_somewhere():
    contract = document()
    named = set(re.findall(r'"#/components/(\w+)/([\w.]+)"', json.dumps(contract)))
    there = {(kind, name) for kind, parts in contract["components"].items() for name in parts}
    assert named <= there
    assert {("schemas", name) for name in ("Job", "ViewSpec", "ErrorBody")} <= named
    assert {kind for kind, _ in there - named} <= {"schemas", "securitySchemes"}


def test_refusals_are_referred_to():
    for path, item in document()["paths"].items():
        for verb in item.keys() - {"parameters"}:
            answers = item[verb]["responses"]
            stated = {status for status, answer in answers.items() if "$ref" not in answer}
            assert not {status for status in stated if status >= "400"}, (verb, path)
            assert stated, (verb, path)


async def test_the_document_is_served(api):
    assert await api.json("openapi.json") == document()


def test_the_page_of_codes_is_complete():
    stored = (CHECKOUT / "docs" / "errors.md").read_text("utf-8")
    assert stored == error_table.document(), (
        "run: python -m visionlens_jlab.core.api.error_table > docs/errors.md"
    )
    rows = re.findall(r"^\| `(\w+)` +\| (\d+) +\| (.*?) +\|$", stored, re.MULTILINE)
    assert {name: (int(status), hint) for name, status, hint in rows} == {
        name: (code.status, code.hint) for name, code in CODES.items()
    }


def test_what_differs_between_contracts_is_told():
    given, changed = document(), document()
    assert not list(differences(given, _inlined(given)))
    del changed["paths"]["/jobs"]["get"]
    changed["components"]["parameters"]["sample_id"]["schema"]["type"] = "string"
    told = "\n".join(differences(given, changed))
    assert "get /jobs is gone." in told
    assert "/samples/{sample_id} takes path sample_id was" in told


def _inlined(contract):
    """The contract with its answers and parameters where they are used."""
    text = json.dumps(contract)
    for kind in ("responses", "parameters"):
        for name, part in contract["components"][kind].items():
            text = text.replace(
                json.dumps({"$ref": f"#/components/{kind}/{name}"}), json.dumps(part)
            )
    return json.loads(text)
