"""Keys stay where they are; credentials are those that Google's library finds; who pays is said."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import visionlens_jlab as vl
from visionlens_jlab.buckets import connecting, google_cloud, retries
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.registry import source_kinds
from visionlens_jlab.media.sources import connect
from visionlens_jlab.tests.buckets.conftest import Put, coco
from visionlens_jlab.tests.buckets.fault_server import Bucket, Faults

SECRET = "plantedsecretplantedsecretplanted1"
TOKEN = "plantedtokenplantedtokenplantedtok"


class _Refusing(BaseHTTPRequestHandler):
    """Gives no tokens to anybody, and says back what it was sent."""

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        body = json.dumps({"error": "invalid_grant", "error_description": sent}).encode()
        self.send_response(400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def token_address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/token"
    server.shutdown()
    server.server_close()


def service_account(token_address: str) -> tuple[dict[str, str], str]:
    """What a file of a service account holds, and a part of its key."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    return {
        "type": "service_account",
        "client_email": "tests@example.com",
        "private_key_id": SECRET,
        "private_key": text,
        "token_uri": token_address,
        "project_id": "tests",
    }, text.splitlines()[5]


def leaks(folder: Path, texts: list[str], secrets: list[str]) -> list[str]:
    """Where a secret came out."""
    found = [f"text {text[:60]}" for text in texts if any(one in text for one in secrets)]
    for path in folder.rglob("*"):
        if path.is_file() and any(one.encode() in path.read_bytes() for one in secrets):
            found.append(str(path))
    return found


def test_keys_of_s3_come_out_nowhere(
    moto: Put,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    for key, data in coco(12, "set/").items():
        moto(key, data)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    data_dir = tmp_path / "data"
    dataset = vl.ingest("s3://photos/set", name="cars", data_dir=data_dir)
    texts = [repr(dataset), str(dataset.report), dataset.to_pandas().to_json()]
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    connecting.connected.cache_clear()
    patience = {"patience": 0.01, "sleep": lambda seconds: None}
    monkeypatch.setattr(retries.persistent, "__kwdefaults__", patience)
    with pytest.raises(VisionLensError) as raised:
        vl.ingest("s3://photos/set", name="cars", data_dir=data_dir, incremental=True)
    assert raised.value.code == "SOURCE_UNAVAILABLE"
    texts += [
        json.dumps(raised.value.to_json()),
        str(raised.value),
        caplog.text,
        *capfd.readouterr(),
    ]
    assert any(path.name == "dataset.json" for path in data_dir.rglob("*"))
    assert leaks(data_dir, texts, [SECRET, TOKEN]) == []


def test_a_key_of_google_comes_out_nowhere_when_it_is_refused(
    tmp_path: Path,
    token_address: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    content, part = service_account(token_address)
    file = tmp_path / "key.json"
    file.write_text(json.dumps(content))
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    with pytest.raises(VisionLensError) as raised:
        vl.ingest("gs://photos", name="cars", data_dir=tmp_path / "data")
    assert raised.value.code == "SIGN_IN_NEEDED"
    texts = [json.dumps(raised.value.to_json()), str(raised.value), caplog.text]
    texts += capfd.readouterr()
    assert leaks(tmp_path / "data", texts, [SECRET, part, "assertion="]) == []


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (
            "impersonated_service_account",
            {
                "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/"
                "projects/-/serviceAccounts/other@example.com:generateAccessToken",
                "source_credentials": {
                    "type": "authorized_user",
                    "client_id": "id",
                    "client_secret": SECRET,
                    "refresh_token": TOKEN,
                },
            },
        ),
        (
            "external_account",
            {
                "audience": "//iam.googleapis.com/projects/1/locations/global/"
                "workloadIdentityPools/pool/providers/cluster",
                "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
                "token_url": "https://sts.googleapis.com/v1/token",
                "credential_source": {"file": "/var/run/token"},
            },
        ),
    ],
)
def test_impersonation_and_workload_identity_are_taken_from_the_usual_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, more: dict[str, Any]
) -> None:
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps({"type": kind, **more}))
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "tests")
    credentials = google_cloud._client()._credentials
    assert {
        "impersonated_service_account": "google.auth.impersonated_credentials",
        "external_account": "google.auth.identity_pool",
    }[kind] == type(credentials).__module__
    if kind == "impersonated_service_account":
        assert credentials.service_account_email == "other@example.com"


def test_who_pays_is_said_with_every_request(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISIONLENS_REQUESTER_PAYS", "our-project")
    bucket.put("a.jpg", b"a")
    bucket.fail_as(Faults())
    source = connect("gs://bucket", source_kinds())
    assert [entry.path for entry in source.walk()] == ["a.jpg"]
    source.list()
    with source.open("a.jpg") as file:
        assert file.read() == b"a"
    asked = [parse_qs(urlsplit(path).query).get("userProject") for path in bucket.requests]
    assert len(asked) >= 4 and all(one == ["our-project"] for one in asked)
