"""Jobs: start, follow, cancel."""

from __future__ import annotations

from visionlens_jlab.core.api.base import Resource, parse
from visionlens_jlab.core.api.operations import ARROW_STREAM, VIEW, Operation, Route
from visionlens_jlab.core.api.shapes import JobList, JobLog, LogLine
from visionlens_jlab.core.api.wire import ARROW, read_arrow
from visionlens_jlab.core.capability import resolve
from visionlens_jlab.core.jobs.shapes import ROWS, Job, JobRequest, UploadQuery, kind_of
from visionlens_jlab.core.registry import job_kinds
from visionlens_jlab.core.shapes import JobParameters


class JobsHandler(Resource):
    """`jobs`."""

    @Operation("All jobs", response=JobList)
    async def get(self) -> None:
        """All jobs, newest first."""
        runner = await self.services.runner()
        await self.answer(JobList(jobs=await self.work(runner.jobs)))

    @Operation(
        "Start a job",
        JobRequest,
        Job,
        202,
        query=UploadQuery,
        also=ARROW_STREAM,
        errors=(*VIEW, *(code for kind in job_kinds().values() for code in kind.errors)),
    )
    async def post(self) -> None:
        """Queue a job. An Arrow stream as body holds the rows of a DataFrame."""
        content_type = self.request.headers.get("Content-Type", "").partition(";")[0].strip()
        job = await (self._from_rows() if content_type == ARROW else self._from_body())
        self.set_header("Location", f"{self.request.path}/{job.job}")
        await self.answer(job, 202)

    async def _from_body(self) -> Job:
        request = await self._confined((await self.body(JobRequest)).parameters)
        return await (await self.services.runner()).submit(request, user=self.username)

    async def _from_rows(self) -> Job:
        """Of the first kind that takes rows, where the query names none."""
        query = self.query(UploadQuery).model_dump(exclude_none=True)
        kind, given = {next(iter(ROWS)): "", **query}.popitem()
        asked = parse(resolve(ROWS[kind]), given.encode())
        rows = await self.work(read_arrow, self.request.body)
        request = await self._confined(asked, rows=True)
        return await (await self.services.runner()).submit(request, rows, user=self.username)

    async def _confined(self, request: JobParameters, *, rows: bool = False) -> JobParameters:
        """The request with the places in it checked, unless the user's own kernel sent it."""
        confine = job_kinds()[kind_of(request)].confine
        if not confine:
            return request
        confined: JobParameters = await self.work(
            resolve(confine),
            self.services.policy,
            request,
            unrestricted=self.from_kernel,
            rows=rows,
        )
        return confined


class JobHandler(Resource):
    """`jobs/{job}`."""

    @Operation("One job", response=Job, errors=("JOB_NOT_FOUND",))
    async def get(self, job: str) -> None:
        """State and progress."""
        runner = await self.services.runner()
        await self.answer(await self.work(runner.job, job))

    @Operation("Cancel a job", response=Job, status=202, errors=("JOB_NOT_FOUND",))
    async def delete(self, job: str) -> None:
        """Cancel; what is committed stays."""
        runner = await self.services.runner()
        await self.answer(await runner.cancel(job), 202)


class JobLogHandler(Resource):
    """`jobs/{job}/log`."""

    @Operation("A job's log", response=JobLog, errors=("JOB_NOT_FOUND",))
    async def get(self, job: str) -> None:
        """The job's log."""
        runner = await self.services.runner()
        lines = await self.work(runner.log_lines, job)
        await self.answer(JobLog(lines=[LogLine.model_validate(line) for line in lines]))


ROUTES = [
    Route("jobs", JobsHandler),
    Route("jobs/{job}", JobHandler),
    Route("jobs/{job}/log", JobLogHandler),
]
