"""Jobs, and what they are asked for: a member for each kind that the capabilities declare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import create_model, model_validator

from visionlens_jlab.core.capability import resolve
from visionlens_jlab.core.registry import job_kinds
from visionlens_jlab.core.shapes import ErrorBody, JobParameters, JobState, Model

PARAMETERS: dict[str, type[JobParameters]] = {
    name: resolve(kind.request) for name, kind in job_kinds().items()
}
"""What each kind of job takes."""
ROWS = {name: kind.rows for name, kind in job_kinds().items() if kind.rows}
"""`module:class` of what each kind takes whose rows may come with the request."""


class JobBase(Model):
    """A job; `eta_seconds` null until a rate is known."""

    job: str
    kind: str
    dataset: str | None
    dataset_uuid: str | None = None
    """Of the dataset that is meant: another one may have its name by now."""
    state: JobState
    stage: str | None = None
    done: int = 0
    total: int | None = None
    rate: float | None = None
    """Items per second in the present stage."""
    eta_seconds: float | None = None
    message: str | None = None
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None
    attempt: int = 1
    error: ErrorBody | None = None
    result: dict[str, Any] = {}
    """What a job that is done has made, such as the name of an embedding space."""

    @property
    def parameters(self) -> JobParameters | None:
        """What it was asked for, with what was chosen since: the member named like its kind."""
        found: JobParameters | None = getattr(self, self.kind, None)
        return found


class JobRequestBase(Model):
    """A new job; the member named like its kind holds its parameters."""

    kind: str

    @model_validator(mode="after")
    def _one_member(self) -> Self:
        given = [kind for kind in PARAMETERS if getattr(self, kind) is not None]
        if given != [self.kind]:
            raise ValueError(f"give the parameters of {self.kind!r} under this name, and no others")
        return self

    @property
    def parameters(self) -> JobParameters:
        """The member named like the kind."""
        found: JobParameters = getattr(self, self.kind)
        return found

    @classmethod
    def of(cls, parameters: JobParameters) -> Self:
        """The request of a job with these parameters."""
        kind = kind_of(parameters)
        return cls.model_validate({"kind": kind, kind: parameters})


class UploadQueryBase(Model):
    """With a DataFrame as body: the parameters as JSON, under the name of the job's kind."""


def kind_of(parameters: JobParameters) -> str:
    """The kind of job that takes these parameters."""
    return next(kind for kind, taken in PARAMETERS.items() if isinstance(parameters, taken))


def _with_members(base: type[Model], members: dict[str, Any]) -> Any:
    name = base.__name__.removesuffix("Base")
    return create_model(name, __base__=base, __doc__=base.__doc__, __module__=__name__, **members)


if TYPE_CHECKING:
    Job = JobBase
    JobRequest = JobRequestBase
    UploadQuery = UploadQueryBase
else:
    _TAKEN = {name: (taken | None, None) for name, taken in PARAMETERS.items()}
    _KIND = (Literal[tuple(PARAMETERS)], next(iter(PARAMETERS)))
    Job = _with_members(JobBase, _TAKEN)
    JobRequest = _with_members(JobRequestBase, {"kind": _KIND, **_TAKEN})
    UploadQuery = _with_members(UploadQueryBase, dict.fromkeys(ROWS, (str | None, None)))
