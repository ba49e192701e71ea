"""Jobs: start, follow, cancel; and what an ingest would find."""

from __future__ import annotations

from tornado.web import authenticated

from ..models import (
    AttributeRequest,
    EmbedRequest,
    ExportRequest,
    IngestRequest,
    Job,
    JobRequest,
    PredictionsRequest,
)
from .base import Resource, parse
from .guard import authorized
from .shapes import FrameIngest, FramePredictions, JobList, JobLog, LogLine, UploadQuery
from .wire import ARROW, read_arrow


class JobsHandler(Resource):
    """`jobs`"""

    @authenticated
    @authorized
    async def get(self) -> None:
        """All jobs, newest first."""
        runner = await self.services.runner()
        await self.answer(JobList(jobs=await self.work(runner.jobs)))

    @authenticated
    @authorized
    async def post(self) -> None:
        """Queue a job. An Arrow stream as body holds the rows of a DataFrame."""
        content_type = self.request.headers.get("Content-Type", "").partition(";")[0].strip()
        job = await (self._from_rows() if content_type == ARROW else self._from_body())
        self.set_header("Location", f"{self.request.path}/{job.job}")
        await self.answer(job, 202)

    async def _from_body(self) -> Job:
        request = (await self.body(JobRequest)).parameters
        if isinstance(request, IngestRequest):
            request = await self.work(
                self.services.policy.confine, request, unrestricted=self.from_kernel
            )
        elif isinstance(request, EmbedRequest | AttributeRequest) and not self.from_kernel:
            await self.work(self.services.policy.confine_model, request.model)
        elif isinstance(request, PredictionsRequest):
            request = await self.work(
                self.services.policy.confine_predictions, request, unrestricted=self.from_kernel
            )
        elif isinstance(request, ExportRequest):
            request = await self.work(
                self.services.policy.confine_export, request, unrestricted=self.from_kernel
            )
        return await (await self.services.runner()).submit(request)

    async def _from_rows(self) -> Job:
        query = self.query(UploadQuery)
        if query.predictions is not None:
            predictions = parse(FramePredictions, query.predictions.encode())
            rows = await self.work(read_arrow, self.request.body)
            return await (await self.services.runner()).submit(predictions, rows)
        asked = parse(FrameIngest, (query.ingest or "").encode())
        rows = await self.work(read_arrow, self.request.body)
        request: IngestRequest = await self.work(
            self.services.policy.confine, asked, unrestricted=self.from_kernel, rows=True
        )
        return await (await self.services.runner()).submit(request, rows)


class JobHandler(Resource):
    """`jobs/{job}`"""

    @authenticated
    @authorized
    async def get(self, job: str) -> None:
        """State and progress."""
        runner = await self.services.runner()
        await self.answer(await self.work(runner.job, job))

    @authenticated
    @authorized
    async def delete(self, job: str) -> None:
        """Cancel; what is committed stays."""
        runner = await self.services.runner()
        await self.answer(await runner.cancel(job), 202)


class JobLogHandler(Resource):
    """`jobs/{job}/log`"""

    @authenticated
    @authorized
    async def get(self, job: str) -> None:
        """The job's log."""
        runner = await self.services.runner()
        lines = await self.work(runner.log_lines, job)
        await self.answer(JobLog(lines=[LogLine.model_validate(line) for line in lines]))
