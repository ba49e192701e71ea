"""The jobs about findings, as a script without a server runs them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from visionlens_jlab.analysis.job import still_holds
from visionlens_jlab.analysis.shapes import AnalyseRequest, RecheckRequest, SliceRequest
from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_inline, run_job
from visionlens_jlab.core.jobs.kinds import following
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.shapes import JobParameters
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import EvaluateRequest, IntervalsRequest, PredictionsRequest
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.tests.agents import planted
from visionlens_jlab.tests.catalog.finding_builders import effect, finding


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """With the planted dataset, evaluated, and one that is not."""
    folder = tmp_path_factory.mktemp("analyse")
    source = str(planted.write(folder / "planted"))
    made = Library(folder / "home")
    for name in ("planted", "bare"):
        request = IngestRequest(source=source, name=name, labels_only=True)
        run_inline(made, request, on_progress=lambda job: None)
    rows = planted.predictions()
    run_job(
        made,
        PredictionsRequest(dataset="planted", run="model", source="table"),
        on_progress=lambda job: None,
        table=rows,
    )
    run(made, EvaluateRequest(dataset="planted", run="model", replicates=0))
    yield made
    made.close()


def run(library: Library, request: JobParameters, stages: list[str | None] | None = None) -> Job:
    def note(job: Job) -> None:
        if stages is not None:
            stages.append(job.stage)

    return run_job(library, request, on_progress=note)


@pytest.fixture
def store(library: Library) -> DatasetStore:
    return library.open("planted")


def test_the_newest_evaluation_is_analysed_and_the_same_again(
    library: Library, store: DatasetStore
) -> None:
    stages: list[str | None] = []
    request = AnalyseRequest(dataset="planted", target="miss_rate", depth=1)
    job = run(library, request, stages)
    assert job.analyse is not None and job.analyse.evaluation == "model"
    assert job.result["findings"] == len(store.part(Findings).all()) > 0
    assert stages[0] == "reading" and "search miss_rate" in stages
    first = store.part(Findings).all()
    assert run(library, request).result == job.result
    again = store.part(Findings).all()
    times = {"created_at", "checked_at"}
    assert [one.model_dump(exclude=times) for one in again] == [
        one.model_dump(exclude=times) for one in first
    ]
    assert len(store.part(Findings).analyses()) == 1


def test_what_was_asked_counts_in_the_analysis(library: Library, store: DatasetStore) -> None:
    request = AnalyseRequest(dataset="planted", target="miss_rate", depth=1)
    before = run(library, request).result["tested"]
    for lens in "ab":
        asked = SliceRequest(evaluation="model", target="miss_rate", where=f"lens = '{lens}'")
        assert store.part(Findings).test_slice(asked).tests >= before
    assert run(library, request).result["tested"] == before + 2


def test_what_cannot_be_analysed_is_refused_before_the_job(library: Library) -> None:
    view = ViewSpec(where="nothing = 1")
    for request, code in (
        (AnalyseRequest(dataset="bare"), "ANALYSIS_INVALID"),
        (AnalyseRequest(dataset="planted", evaluation="none"), "EVALUATION_NOT_FOUND"),
        (AnalyseRequest(dataset="planted", view=view), "FIELD_UNKNOWN"),
        (RecheckRequest(dataset="planted", evaluation="none"), "EVALUATION_NOT_FOUND"),
        (RecheckRequest(dataset="planted", findings=["none"]), "FINDING_NOT_FOUND"),
    ):
        with pytest.raises(VisionLensError) as caught:
            run(library, request)
        assert caught.value.code == code
    nothing = AnalyseRequest(dataset="planted", view=ViewSpec(where="width < 0"))
    with pytest.raises(VisionLensError) as caught:
        run(library, nothing)
    assert caught.value.code == "ANALYSIS_INVALID"


def test_a_check_passes_over_what_cannot_be_checked(library: Library, store: DatasetStore) -> None:
    run(library, AnalyseRequest(dataset="planted", target="miss_rate", depth=1))
    count = len(store.part(Findings).all())
    gone = finding("weather = 'fog'", evaluation="model", run="model", author="agent")
    store.part(Findings).keep([gone])
    job = run(library, RecheckRequest(dataset="planted"))
    assert job.result == {"checked": count, "lost": 0}
    assert store.part(Findings).read(gone.finding).holds is None
    assert all(one.holds for one in store.part(Findings).all() if one.finding != gone.finding)
    store.part(Findings).delete(gone.finding)


def test_a_check_comes_before_the_intervals() -> None:
    request = EvaluateRequest(dataset="planted", run="model")
    job = Job(job="1", kind="evaluate", dataset="planted", state="done", created_at="")

    def types(request: EvaluateRequest, **result: object) -> list[type]:
        done = job.model_copy(update={"evaluate": request, "result": result})
        return [type(one) for one in following(done, {})]

    assert types(request, evaluation="m", findings=2) == [RecheckRequest, IntervalsRequest]
    assert types(request, evaluation="m", findings=0) == [IntervalsRequest]
    once = request.model_copy(update={"replicates": 0})
    assert types(once, evaluation="m", findings=1) == [RecheckRequest]
    assert types(request) == []


def test_a_finding_holds_where_the_interval_is_on_its_side() -> None:
    assert still_holds(effect(0.5), 0.3)
    assert not still_holds(effect(0.15), 0.3)
    assert not still_holds(effect(low=None, high=None), 0.3)
    assert still_holds(effect(0.1, 0.5), -0.2)
    assert not still_holds(effect(0.5), -0.2)
