"""Runs of agents over the dataset of the tests."""

from __future__ import annotations

from visionlens_jlab.agents import run as asking
from visionlens_jlab.agents.record import Recorder
from visionlens_jlab.agents.run import AgentSession
from visionlens_jlab.agents.shapes import AgentRun, AskRequest, Usage
from visionlens_jlab.agents.tools.base import Desk
from visionlens_jlab.tests.agents.asked import CONFIG, NIGHT

TEST_NIGHT = [("test_slice", {"where": NIGHT})]


class Run:
    """Runs agents over the dataset, and remembers what was kept."""

    def __init__(self, store, monkeypatch):
        self.store = store
        self._monkeypatch = monkeypatch
        self.kept: list[AgentRun] = []
        self.messages = None
        self.analyses = 0

    def __call__(self, model=None, *, config=CONFIG, cancelled=lambda: False, earlier=(), **given):
        request = AskRequest(dataset=self.store.slug, evaluation="model", **given)
        if model is not None:
            self._monkeypatch.setattr(asking, "model_of", lambda *_: model)
        run = AgentRun(
            run="r1",
            job=None,
            agent=request.agent,
            question=request.question,
            evaluation="model",
            model=None,
            steps=[],
            answer=None,
            usage=Usage(),
            stopped=None,
            created_at="2026-01-01",
        )
        self.recorder = Recorder(run, self.kept.append, list(earlier))
        asked = AgentSession(
            request=request,
            config=config,
            desk=Desk(self.store, "model"),
            recorder=self.recorder,
            analyse=self._analyse,
            cancelled=cancelled,
        )
        ended, self.messages = asked.run()
        assert ended == self.kept[-1]
        return ended

    def _analyse(self, request):
        self.analyses += 1


def kinds(ended):
    """Kinds of the steps in their order."""
    return [step.kind for step in ended.steps]
