"""The contract: up to date, true to the routes, complete in its codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

from visionlens_jlab.api import error_table
from visionlens_jlab.api.openapi import document
from visionlens_jlab.api.routes import ROUTES
from visionlens_jlab.config import API_PREFIX
from visionlens_jlab.errors import CODES

CHECKOUT = Path(__file__).parents[3]
VERBS = ("get", "put", "post", "patch", "delete")


def test_the_stored_document_is_up_to_date():
    stored = json.loads((CHECKOUT / "openapi.json").read_text("utf-8"))
    assert stored == document(), "run: python -m visionlens_jlab.api.openapi > openapi.json"


def test_every_verb_of_a_handler_is_in_the_document_and_no_other():
    for route in ROUTES:
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
    text = json.dumps(document())
    schemas = document()["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert named <= set(schemas)
    assert {"Job", "ViewSpec", "ErrorBody"} <= named


async def test_the_document_is_served(api):
    assert await api.json("openapi.json") == document()


def test_the_page_of_codes_is_complete():
    stored = (CHECKOUT / "docs" / "errors.md").read_text("utf-8")
    assert stored == error_table.document(), (
        "run: python -m visionlens_jlab.api.error_table > docs/errors.md"
    )
    rows = re.findall(r"^\| `(\w+)` +\| (\d+) +\| (.*?) +\|$", stored, re.MULTILINE)
    assert {name: (int(status), hint) for name, status, hint in rows} == {
        name: (code.status, code.hint) for name, code in CODES.items()
    }
