"""Who is answered: no stranger, no other origin, kernels on our routes only."""

from __future__ import annotations

import re

import pytest
from jupyter_server.auth import AllowAllAuthorizer

from visionlens_jlab.core.api.base import carries_token
from visionlens_jlab.core.api.openapi import document
from visionlens_jlab.tests.api.servers import code

VERBS = [
    (verb, path)
    for path, item in document()["paths"].items()
    for verb in item
    if verb != "parameters"
]
NOBODY = {"Authorization": ""}


def _address(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda part: "7" if part[1] == "sample_id" else "x", path)


async def test_every_route_refuses_strangers(api):
    assert len(VERBS) > 25
    for verb, path in VERBS:
        answer = await api(
            _address(path), verb.upper(), headers=dict(NOBODY), follow_redirects=False
        )
        assert answer.code == 403, (verb, path)
        assert code(answer) == "NOT_AUTHENTICATED", (verb, path)


async def test_even_an_unknown_route_refuses_strangers(api):
    answer = await api("nothing/here", headers=dict(NOBODY))
    assert code(answer) == "NOT_AUTHENTICATED"


async def test_a_wrong_token_of_a_kernel_is_refused(api, extension):
    for token in ("", "x", extension.services.kernel_token + "x"):
        answer = await api("about", headers={"Authorization": f"visionlens {token}"})
        assert answer.code == 403, token


async def test_a_kernels_token_opens_our_routes_and_no_others(api, extension, jp_fetch):
    headers = {"Authorization": f"visionlens {extension.services.kernel_token}"}
    assert (await api("datasets", headers=dict(headers))).code == 200
    change = await api("datasets/none/tags", "POST", {"tag": "a", "ids": []}, headers=dict(headers))
    assert code(change) == "DATASET_NOT_FOUND"
    for path in ("api/contents", "api/kernels", "api/sessions"):
        other = await jp_fetch(path, headers=dict(headers), raise_error=False)
        assert other.code == 403, path


async def test_a_change_with_a_cookie_but_without_xsrf_is_refused(api, jp_serverapp, jp_fetch):
    login = await jp_fetch("api/status", raise_error=False)
    cookies = "; ".join(part.split(";")[0] for part in login.headers.get_list("Set-Cookie"))
    assert cookies
    headers = {"Authorization": "", "Cookie": cookies}
    assert (await api("datasets", headers=dict(headers))).code == 200
    refused = await api("datasets/x/tags", "POST", {"tag": "a", "ids": [1]}, headers=dict(headers))
    assert refused.code == 403
    assert "_xsrf" in refused.body.decode()


async def test_a_page_of_another_origin_is_refused(api, jp_fetch):
    login = await jp_fetch("api/status", raise_error=False)
    cookies = "; ".join(part.split(";")[0] for part in login.headers.get_list("Set-Cookie"))
    headers = {"Authorization": "", "Cookie": cookies, "Origin": "https://evil.example"}
    for method, body in (("GET", None), ("POST", {"tag": "a", "ids": [1]})):
        answer = await api("datasets/x/tags", method, body, headers=dict(headers))
        assert answer.code in (403, 404)
        assert "Access-Control-Allow-Origin" not in answer.headers


READING = {
    "detect",
    *(
        f"datasets/{{dataset}}/{part}"
        for part in ("view", "table", "tiles", "thumbnails", "facets")
    ),
    *(f"datasets/{{dataset}}/{part}" for part in ("colors", "predicate", "sql", "findings-report")),
    "datasets/{dataset}/samples/{sample_id}",
    *(f"datasets/{{dataset}}/evaluations/{{evaluation}}/{part}" for part in ("counts", "compare")),
}
"""What is asked with a body and changes nothing."""


async def test_who_may_only_read_can_look_but_not_change(api, dataset, jp_serverapp, monkeypatch):
    class ReadOnly(AllowAllAuthorizer):
        def is_authorized(self, handler, user, action, resource):
            return action == "read" and resource == "visionlens"

    monkeypatch.setitem(jp_serverapp.web_app.settings, "authorizer", ReadOnly())
    assert {path.strip("/") for _, path in VERBS} >= READING
    for verb, path in VERBS:
        body = None if verb in ("get", "delete") else {}
        answer = await api(_address(path.replace("{dataset}", dataset)), verb.upper(), body)
        reads = verb == "get" or (verb == "post" and path.strip("/") in READING)
        refused = answer.code == 403 and code(answer) == "FORBIDDEN"
        assert refused != reads, (verb, path, answer.body[:200])


async def test_the_token_of_an_address_is_not_logged(api, dataset, jp_serverapp, caplog):
    caplog.set_level("DEBUG")
    wrong, right = "sk-0123456789", jp_serverapp.identity_provider.token
    for token in (wrong, right):
        for path, verb in (
            (f"datasets/{dataset}/report", "GET"),
            (f"datasets/{dataset}/view", "POST"),
            ("nothing/here", "GET"),
            ("jobs", "PUT"),
        ):
            options = {"params": {"token": token, "offset": "x"}, "headers": {"Authorization": ""}}
            answer = await api(path, verb, None if verb == "GET" else b"{", **options)
            assert 400 <= answer.code < 500
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert wrong not in said and right not in said


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("visionlens abc", True),
        ("VisionLens abc", True),
        ("visionlens ab", False),
        ("token abc", False),
        ("abc", False),
        ("", False),
        ("visionlens äbc", False),
    ],
)
def test_the_kernels_scheme(header, expected):
    assert carries_token(header, "abc") is expected
