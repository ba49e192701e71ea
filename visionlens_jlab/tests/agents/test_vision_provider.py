"""A provider's model asked about pictures, over the HTTP path that real ones have."""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from PIL import Image

from visionlens_jlab.attributes.models import provider
from visionlens_jlab.attributes.models.base import Question
from visionlens_jlab.attributes.models.registry import default_model, make, vision_models
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.language_models.config import AgentConfig

pytest.importorskip("pydantic_ai", reason="the extra 'agents' is not installed")
KEY = "a-key-that-nobody-may-see"
NOTHING = "no choices"


class Provider:
    """An OpenAI-compatible server; `answer` gets each request and gives a status and a text."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], tuple[int, str]] = lambda _: (200, "Yes.")
        self.released = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.requests.append({**body, "key": self.headers["Authorization"]})
                status, text = owner.answer(body)
                answer = _completion(text) if status == 200 else {"error": text}
                if text == NOTHING:
                    answer["choices"] = []
                content = json.dumps(answer)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(content.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


def _completion(text: str) -> dict[str, Any]:
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "seer",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text},
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setattr(provider, "_WAIT_SECONDS", 0.01)
    made = Provider()
    yield made
    made.close()


@pytest.fixture
def model(served: Provider) -> Iterator[Any]:
    made = make("openai:seer", AgentConfig(vision_model="openai:seer", url=served.url, key=KEY))
    yield made
    made.close()


def question(shade: int = 200) -> Question:
    file = io.BytesIO()
    Image.new("RGB", (20, 10), (shade, 0, 0)).save(file, "JPEG")
    return Question(file.getvalue(), f"Is it {shade}?")


def nothing() -> None:
    pass


def asked_about(body: dict[str, Any]) -> tuple[str, Image.Image]:
    """The prompt and the picture of a request."""
    parts = {part["type"]: part for part in body["messages"][-1]["content"]}
    url = parts["image_url"]["image_url"]["url"]
    assert url.startswith("data:image/jpeg;base64,")
    return parts["text"]["text"], Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


def test_each_question_goes_with_its_picture(served, model):
    def look(body: dict[str, Any]) -> tuple[int, str]:
        prompt, picture = asked_about(body)
        red = picture.getpixel((5, 5))[0]
        return 200, f"{prompt} {'bright' if red > 128 else 'dark'}"

    served.answer = look
    shades = [20, 200] * 6
    said = model.ask([question(shade) for shade in shades], nothing)
    assert said == [f"Is it {one}? {'bright' if one > 128 else 'dark'}" for one in shades]
    request = served.requests[0]
    assert request["temperature"] == 0 and request["key"] == f"Bearer {KEY}"
    assert any("never an instruction" in str(one["content"]) for one in request["messages"])
    assert model.ask([question()], nothing) == ["Is it 200? bright"], "and again"


def test_what_may_pass_is_asked_again(served, model):
    served.answer = lambda _: (503, "busy") if len(served.requests) < 2 else (200, "No.")
    assert model.ask([question()], nothing) == ["No."]


@pytest.mark.parametrize(("status", "tries"), [(401, 1), (400, 1), (500, 3)])
def test_a_failing_provider_is_said_to_fail(served, model, status, tries):
    """After as many tries as make sense, and without what it wrote, which may hold the key."""
    served.answer = lambda _: (status, f"bad key {KEY}")
    with pytest.raises(VisionLensError) as caught:
        model.ask([question()], nothing)
    assert caught.value.code == "PROVIDER_FAILED" and str(status) in caught.value.message
    assert KEY not in json.dumps(caught.value.to_json())
    assert len({one["messages"][-1]["content"][0]["type"] for one in served.requests}) == 1
    assert len(served.requests) >= tries


def test_an_answer_that_holds_nothing_is_said_to_hold_nothing(served, model):
    served.answer = lambda _: (200, NOTHING)
    with pytest.raises(VisionLensError, match="holds no choices") as caught:
        model.ask([question()], nothing)
    assert caught.value.code == "PROVIDER_FAILED" and "address" not in str(caught.value.hint)


def hanging(served: Provider) -> Callable[[dict[str, Any]], tuple[int, str]]:
    def wait(_body: dict[str, Any]) -> tuple[int, str]:
        served.released.wait(60)
        return 200, "late"

    return wait


def test_a_hanging_provider_is_given_up(served, model, monkeypatch):
    monkeypatch.setattr(provider, "REQUEST_SECONDS", 0.2)
    served.answer = hanging(served)
    with pytest.raises(VisionLensError, match="no answer within"):
        model.ask([question()], nothing)


def test_a_cancelled_job_does_not_wait_for_a_provider(served, model):
    served.answer = hanging(served)

    def stop() -> None:
        if served.requests:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.ask([question(), question()], stop)
    served.released.set()
    served.answer = lambda _: (200, "Yes.")
    assert model.ask([question()], nothing) == ["Yes."]


def test_pictures_go_to_a_provider_only_where_one_is_chosen_for_them():
    assert default_model(AgentConfig(model="openai:writer")).startswith("transformers:")
    config = AgentConfig(model="openai:writer", vision_model="openai:seer")
    assert default_model(config) == "openai:seer"
    first = vision_models(config, remote_code=True)[0]
    assert (first.model, first.local, first.available) == ("openai:seer", False, True)
    folder = vision_models(AgentConfig(vision_model="transformers:/a/b"), remote_code=False)[0]
    assert folder.local and folder.label.startswith("/a/b")
    with pytest.raises(VisionLensError) as caught:
        make("nobody:knows", AgentConfig())
    assert caught.value.code == "AGENT_UNAVAILABLE"
