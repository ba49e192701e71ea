"""Failures on the way to the server, against a real socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pyarrow as pa
import pytest

from visionlens_jlab import __version__
from visionlens_jlab.core.notebook import connect as connecting
from visionlens_jlab.core.notebook.address import Address
from visionlens_jlab.core.notebook.direct import DirectBackend
from visionlens_jlab.core.notebook.remote_dataset import RemoteBackend
from visionlens_jlab.core.notebook.transport import Transport, arrow_bytes
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError

Answer = tuple[int, str]


class Server:
    """Answers every request with what it was last told to; remembers the headers."""

    def __init__(self) -> None:
        self.answer: Answer = (200, "{}")
        self.authorization: list[str | None] = []
        self.pieces: list[bytes] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.authorization.append(self.headers.get("Authorization"))
                status, body = outer.answer
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def do_POST(self) -> None:
                """What `pieces` holds, in chunks; the last of them ends the answer when empty."""
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for piece in outer.pieces:
                    self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/base"


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever)
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


@pytest.fixture
def transport(server: Server) -> Iterator[Transport]:
    transport = Transport(Address(server.url, "visionlens secret"))
    yield transport
    transport.close()


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(VisionLensError) as caught:
        call()
    assert "secret" not in str(caught.value)
    return caught.value.code


def test_nobody_listens() -> None:
    transport = Transport(Address("http://127.0.0.1:9", "visionlens secret"))
    assert code_of(lambda: transport.request("GET", "about")) == "SERVER_UNREACHABLE"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((404, "<html>no</html>"), "NOT_FOUND"),
        ((403, "<html>no</html>"), "NOT_AUTHENTICATED"),
        ((500, "[]"), "INTERNAL"),
        (
            (423, json.dumps({"code": "DATASET_BUSY", "message": "held", "hint": "x"})),
            "DATASET_BUSY",
        ),
        ((500, json.dumps({"code": "FROM_LATER", "message": "?"})), "INTERNAL"),
    ],
)
def test_what_the_server_refuses(
    server: Server, transport: Transport, answer: Answer, code: str
) -> None:
    server.answer = answer
    assert code_of(lambda: transport.request("GET", "datasets")) == code


TABLE = pa.table({"id": range(100_000), "name": [f"sample {i}" for i in range(100_000)]})


def test_tables_are_read_as_they_come(
    server: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = arrow_bytes(TABLE)
    server.pieces = [data[i : i + 70_001] for i in range(0, len(data), 70_001)] + [b""]
    with monkeypatch.context() as patch:
        patch.setattr(httpx.Response, "read", None)
        assert transport.read_table("table", ViewSpec()).equals(TABLE)


@pytest.mark.parametrize("share", [0.5, 1])
def test_a_table_that_is_cut_short_is_no_table(
    server: Server, transport: Transport, share: float
) -> None:
    data = arrow_bytes(TABLE)
    server.pieces = [data[: int(len(data) * share)]]
    assert code_of(lambda: transport.read_table("table", ViewSpec())) == "SERVER_UNREACHABLE"


def test_what_the_server_says_instead_of_a_table(server: Server, transport: Transport) -> None:
    server.http.RequestHandlerClass.do_POST = server.http.RequestHandlerClass.do_GET  # type: ignore[attr-defined]
    server.answer = (423, json.dumps({"code": "DATASET_BUSY", "message": "held", "hint": "x"}))
    assert code_of(lambda: transport.read_table("table", ViewSpec())) == "DATASET_BUSY"


def test_the_token_travels_in_the_header(server: Server, transport: Transport) -> None:
    transport.request("GET", "about")
    assert server.authorization == ["visionlens secret"]


def test_versions_that_do_not_fit_are_named(server: Server, transport: Transport) -> None:
    server.answer = (200, json.dumps({"version": "99.0.1"}))
    with pytest.raises(VisionLensError) as caught:
        transport.check_version()
    assert caught.value.code == "VERSION_MISMATCH"
    assert "99.0.1" in caught.value.message
    assert __version__ in caught.value.message


def test_a_patch_release_fits(server: Server, transport: Transport) -> None:
    major, minor = __version__.split(".")[:2]
    server.answer = (200, json.dumps({"version": f"{major}.{minor}.999"}))
    transport.check_version()
    assert len(server.authorization) == 1


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> pytest.MonkeyPatch:
    monkeypatch.setattr(connecting, "_servers", {})
    monkeypatch.setattr(connecting, "_folders", {})
    monkeypatch.setenv("VISIONLENS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("VISIONLENS_SERVER", raising=False)
    return monkeypatch


def test_a_server_that_answers_is_used_once_checked(
    environ: pytest.MonkeyPatch, server: Server
) -> None:
    server.answer = (200, json.dumps({"version": __version__}))
    environ.setenv("VISIONLENS_SERVER", server.url)
    environ.setenv("VISIONLENS_TOKEN", "secret")
    backend = connecting.connect()
    assert isinstance(backend, RemoteBackend)
    assert connecting.connect() is backend
    assert server.authorization == ["visionlens secret"]


def test_a_named_folder_is_opened_here_whatever_server_runs(
    environ: pytest.MonkeyPatch, server: Server, tmp_path: object
) -> None:
    environ.setenv("VISIONLENS_SERVER", server.url)
    backend = connecting.connect(str(tmp_path))
    assert isinstance(backend, DirectBackend)
    assert connecting.connect(str(tmp_path)) is backend
    assert server.authorization == []


def test_without_a_server_the_default_folder_is_opened(
    environ: pytest.MonkeyPatch, server: Server
) -> None:
    assert isinstance(connecting.connect(), DirectBackend)
    server.answer = (404, "no such extension")
    environ.setenv("JUPYTERHUB_SERVICE_URL", server.url)
    environ.setenv("JUPYTERHUB_API_TOKEN", "hub")
    assert isinstance(connecting.connect(), DirectBackend)


def test_a_server_that_is_named_is_meant(environ: pytest.MonkeyPatch, server: Server) -> None:
    environ.setenv("VISIONLENS_SERVER", "http://127.0.0.1:9/")
    assert code_of(connecting.connect) == "SERVER_UNREACHABLE"
    server.answer = (404, "no such extension")
    environ.setenv("VISIONLENS_SERVER", server.url)
    assert code_of(connecting.connect) == "NOT_FOUND"


def test_another_version_or_a_wrong_token_is_not_worked_around(
    environ: pytest.MonkeyPatch, server: Server
) -> None:
    environ.setenv("VISIONLENS_SERVER", server.url)
    server.answer = (200, json.dumps({"version": "99.0.1"}))
    assert code_of(connecting.connect) == "VERSION_MISMATCH"
    server.answer = (403, "")
    assert code_of(connecting.connect) == "NOT_AUTHENTICATED"
