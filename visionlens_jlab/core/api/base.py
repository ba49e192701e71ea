"""What every handler shares: identity, errors, parsing, answers that never block the loop."""

from __future__ import annotations

import hmac
import io
import itertools
import secrets
from collections.abc import Callable, Generator, Iterator, Mapping
from http.client import responses
from typing import IO, TYPE_CHECKING, Any, TypeVar

from jupyter_server.auth import AllowAllAuthorizer, Authorizer, User
from jupyter_server.base.handlers import APIHandler
from pydantic import ValidationError
from tornado.iostream import StreamClosedError
from tornado.web import Finish, HTTPError

from visionlens_jlab.core.api import wire
from visionlens_jlab.core.api.services import RETRY_SECONDS, Kind, Services
from visionlens_jlab.core.shapes import Model
from visionlens_jlab.errors import CODES, VisionLensError, of_system

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library


SCHEME = "visionlens "
KERNEL_USER = User(username="visionlens-kernel", name="Notebook kernel")
KERNEL_AUTHORIZER = AllowAllAuthorizer()
"""A local kernel runs as the server's own user, who could open the files directly."""


def carries_token(authorization: str, token: str) -> bool:
    """Whether an Authorization header is `visionlens <token>`; equally slow for any guess."""
    if not authorization.lower().startswith(SCHEME):
        return False
    given = authorization[len(SCHEME) :].strip()
    return hmac.compare_digest(given.encode(), token.encode())


_CODE_OF_STATUS = {401: "NOT_AUTHENTICATED", 403: "FORBIDDEN", 404: "NOT_FOUND"}


def invalid_request(error: ValidationError) -> VisionLensError:
    """REQUEST_INVALID that names the first field at fault and lists the rest in its details."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    first = faults[0]
    where = ".".join(str(part) for part in first["loc"]) or "body"
    return VisionLensError(
        "REQUEST_INVALID",
        f"{where}: {first['msg']}.",
        details={
            "errors": [
                {"where": list(fault["loc"]), "message": fault["msg"], "type": fault["type"]}
                for fault in faults[:20]
            ]
        },
    )


def as_visionlens(error: BaseException | None, status: int) -> tuple[int, VisionLensError]:
    """HTTP status and error to answer with; the unexpected becomes INTERNAL, without its text."""
    if isinstance(error, VisionLensError):
        return error.status, error
    known = of_system(error) if isinstance(error, OSError) else None
    if isinstance(error, ValueError) and "embedded null" in str(error):
        known = VisionLensError("REQUEST_INVALID", "A name holds a null character.")
    if known is not None:
        return known.status, known
    if isinstance(error, HTTPError) and error.status_code < 500:
        reason = error.log_message or responses.get(error.status_code, "Refused")
        if error.args:
            reason = reason % error.args
        code = _CODE_OF_STATUS.get(error.status_code, "REQUEST_INVALID")
        return error.status_code, VisionLensError(code, reason)
    if status < 500:
        code = _CODE_OF_STATUS.get(status, "REQUEST_INVALID")
        return status, VisionLensError(code, responses.get(status, "Refused"))
    return CODES["INTERNAL"].status, VisionLensError(
        "INTERNAL", "The server met an error it did not expect; its log has the cause."
    )


AnyModel = TypeVar("AnyModel", bound=Model)
Result = TypeVar("Result")


class Guarded:
    """Identity and errors, mixed into Jupyter's handlers (before them).

    A request is answered for a user that Jupyter knows, or for a kernel that sends
    `Authorization: visionlens <token>`. The token cannot be sent by a page of another origin
    without a preflight, so it needs no XSRF cookie; every other change does.
    """

    auth_resource = "visionlens"
    services: Services
    request_id: str

    def initialize(self, services: Services) -> None:
        """Called by tornado with the arguments of the route."""
        self.services = services

    def set_default_headers(self) -> None:
        """Jupyter's headers, the request's id, and no caching unless a handler allows it."""
        super().set_default_headers()  # type: ignore[misc]
        if not hasattr(self, "request_id"):
            self.request_id = secrets.token_hex(8)
        self.set_header("VisionLens-Request-Id", self.request_id)  # type: ignore[attr-defined]
        self.set_header("Cache-Control", "no-store")  # type: ignore[attr-defined]

    @property
    def from_kernel(self) -> bool:
        """Whether the request carries the token left to local kernels."""
        header = self.request.headers.get("Authorization", "")  # type: ignore[attr-defined]
        return carries_token(header, self.services.kernel_token)

    @property
    def authorizer(self) -> Authorizer:
        """Jupyter's authorizer, except for kernels."""
        return KERNEL_AUTHORIZER if self.from_kernel else super().authorizer  # type: ignore[misc]

    async def prepare(self) -> None:
        """Find out who asks; 403 for nobody, 404 for another origin. SETTING_INVALID."""
        if self.from_kernel:
            if not self.check_host():  # type: ignore[attr-defined]
                raise HTTPError(403)
            self.current_user = self._jupyter_current_user = KERNEL_USER
        else:
            await super().prepare()  # type: ignore[misc]
            if not self.check_origin():  # type: ignore[attr-defined]
                raise HTTPError(404)
        if self.current_user:  # strangers learn nothing of the settings
            self.services.check_settings()

    def get_login_url(self) -> str:
        """There is no page to log in from: tornado asks for it where it would redirect."""
        raise HTTPError(403, "Log in to Jupyter first.")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """The one error shape, whatever went wrong."""
        cause = kwargs["exc_info"][1] if "exc_info" in kwargs else None
        status, error = as_visionlens(cause, status_code)
        if status == 403 and not self.current_user:
            error = VisionLensError("NOT_AUTHENTICATED", error.message)
        self.set_status(status)  # type: ignore[attr-defined]
        self.set_header("Content-Type", wire.JSON)  # type: ignore[attr-defined]
        if error.code == "LIMIT_REACHED":
            self.set_header("Retry-After", str(RETRY_SECONDS))  # type: ignore[attr-defined]
        self.finish(error.to_json(self.request_id))  # type: ignore[attr-defined]

    def log_exception(self, kind: Any, error: Any, traceback: Any) -> None:
        """Tracebacks go to the server's log only, with the id the client was given.

        Never the address with its query, as tornado would: it may hold the server's token.
        """
        log = self.log  # type: ignore[attr-defined]
        if isinstance(error, VisionLensError):
            log.info("%s %s", self.request_id, error)
        elif isinstance(error, HTTPError):
            log.info("%s %s", self.request_id, "HTTP error" if "token" in str(error) else error)
        else:
            what = f"{self.request.method} {self.request.path}"  # type: ignore[attr-defined]
            log.error(
                "Request %s failed: %s", self.request_id, what, exc_info=(kind, error, traceback)
            )

    def compute_etag(self) -> str | None:
        """No hashing of bodies on the loop; handlers that want an ETag set one."""
        return None

    async def work(self, call: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        """Run something slow in the pool of threads."""
        return await self.services.work(call, *args, **kwargs)

    async def library(self, use: Callable[[Library], Result]) -> Result:
        """Use the library in the pool. LIMIT_REACHED."""
        return await self.limited("read", lambda: use(self.services.library))

    async def dataset(
        self, name: str, use: Callable[[DatasetStore], Result], *, kind: Kind = "read"
    ) -> Result:
        """Open a dataset and use it, both in threads; DATASET_NOT_FOUND, DATASET_BUSY."""
        return await self.limited(kind, lambda: use(self.services.library.open(name)))

    async def limited(self, kind: Kind, call: Callable[[], Result]) -> Result:
        """Run what is one of its kind when it is its turn. LIMIT_REACHED.

        For one that has gone while it waited nothing is done.
        """
        gate = self.services.gates[kind]
        async with gate.entered(self.username):
            if self.request.connection.stream.closed():  # type: ignore[attr-defined]
                raise Finish
            return await gate.work(call)

    @property
    def username(self) -> str:
        """Who asks."""
        user = self.current_user
        return str(getattr(user, "username", user))

    def query(self, model: type[AnyModel]) -> AnyModel:
        """The query parameters as `model`; REQUEST_INVALID."""
        arguments = self.request.query_arguments  # type: ignore[attr-defined]
        names = [field.alias or name for name, field in model.model_fields.items()]
        given = {
            name: self.get_query_argument(name)  # type: ignore[attr-defined]
            for name in names
            if name in arguments
        }
        try:
            return model.model_validate(given)
        except ValidationError as error:
            raise invalid_request(error) from error


class Resource(Guarded, APIHandler):  # type: ignore[misc]
    """Base of the handlers that speak JSON, Arrow and id arrays."""

    async def body(self, model: type[AnyModel]) -> AnyModel:
        """The JSON body as `model`, an empty one as `{}`; REQUEST_INVALID."""
        return await self.work(parse, model, self.request.body)

    async def answer(self, model: Model, status: int = 200) -> None:
        """Write a model as JSON."""
        self.set_status(status)
        await self._send(await self.work(_json, model), wire.JSON)

    async def answer_from(
        self, dataset: str, use: Callable[[DatasetStore], Model], *, kind: Kind = "read"
    ) -> None:
        """Write what a dataset gives as JSON; as `dataset`."""
        await self.answer(await self.dataset(dataset, use, kind=kind))

    async def answer_ids(
        self, ids: np.ndarray, headers: Mapping[str, int], scores: np.ndarray | None = None
    ) -> None:
        """Write ids as little-endian uint32, with counts in `VisionLens-` headers.

        Scores follow as little-endian float32, and a header says so.
        """
        for name, value in headers.items():
            self.set_header(f"VisionLens-{name}", str(value))
        body = wire.ids_bytes(ids)
        if scores is not None:
            self.set_header("VisionLens-Scores", "1")
            body += scores.astype("<f4", copy=False).tobytes()
        await self._send(body, wire.BINARY)

    async def answer_arrow(self, file: IO[bytes]) -> None:
        """Write an Arrow stream that lies in a file, which is closed."""
        encoding = self._encoding(await self.work(file.seek, 0, io.SEEK_END))
        await self.work(file.seek, 0)
        pieces = wire.chunks(file)
        self.set_header("Content-Type", wire.ARROW)
        await self._stream(wire.compressed(pieces, encoding) if encoding else pieces)
        self.finish(set_content_type=wire.ARROW)

    async def answer_table(self, table: pa.Table) -> None:
        """Write a table as an Arrow stream, batch by batch."""
        await self.answer_tables(iter([table]))

    async def answer_tables(self, pages: Iterator[pa.Table]) -> None:
        """Write the parts of a table, one at least, as they are read; LIMIT_REACHED."""
        async with self.services.gates["query"].entered(self.username):
            try:
                first = await self.work(next, pages)  # what is wrong shows here mostly
                encoding = self._encoding(first.nbytes)
                chunks = wire.arrow_chunks(itertools.chain([first], pages))
                del first
                self.set_header("Content-Type", wire.ARROW)
                await self._stream(wire.compressed(chunks, encoding) if encoding else chunks)
            finally:
                if isinstance(pages, Generator):
                    await self.work(pages.close)
        self.finish(set_content_type=wire.ARROW)

    def answer_done(self) -> None:
        """Write that it is done, without content."""
        self.set_status(204)
        self.finish()

    async def changed(self, dataset: str, change: Callable[[DatasetStore], Result]) -> Result:
        """Change a dataset, tell those who follow it, and give what the change gives."""

        def work(store: DatasetStore) -> tuple[Result, str, int]:
            return change(store), store.slug, store.version

        result, slug, version = await self.dataset(dataset, work)
        self.services.announcer.dataset(slug, version, "changed")
        return result

    async def remove(self, dataset: str, remove: Callable[[DatasetStore], object]) -> None:
        """Remove something of a dataset, tell the others, answer that it is done."""
        await self.changed(dataset, remove)
        self.answer_done()

    async def _send(self, body: bytes, content_type: str) -> None:
        encoding = self._encoding(len(body))
        if encoding:
            body = await self.work(b"".join, wire.compressed([body], encoding))
        self.finish(body, set_content_type=content_type)

    def _encoding(self, size: int) -> str | None:
        """The encoding of an answer of `size` bytes, announced in its headers."""
        # a kernel with our token is on this machine: compressing would only cost time
        if self.from_kernel or size < wire.WORTHWHILE:
            return None
        self.set_header("Vary", "Accept-Encoding")
        encoding = wire.choose_encoding(self.request.headers.get("Accept-Encoding", ""))
        if encoding:
            self.set_header("Content-Encoding", encoding)
        return encoding

    async def _stream(self, chunks: Iterator[bytes]) -> None:
        """Write chunk by chunk; a client that has gone ends it, a failure cuts the connection."""
        try:
            while (chunk := await self.work(next, chunks, None)) is not None:
                if chunk:
                    self.write(chunk)
                    await self.flush()
        except StreamClosedError:
            return
        except Exception:
            # half a body that ends properly would look like a whole one
            if self._headers_written:
                self.request.connection.stream.close()
            raise


def _json(model: Model) -> bytes:
    return model.model_dump_json(by_alias=True).encode()


def parse(model: type[AnyModel], body: bytes) -> AnyModel:
    """JSON as `model`, nothing at all as `{}`; REQUEST_INVALID."""
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise invalid_request(error) from error


T = TypeVar("T")


class Rebuilding(Resource):
    """What looks at derived files and may find them damaged."""

    async def rebuild(self, dataset: str) -> bool:
        """Queue what makes damaged files of a dataset again, each once; whether there is such."""
        wanted = await self.dataset(dataset, lambda store: store.mending.rebuilds())
        for one in wanted:
            try:
                runner = await self.services.runner()
                await runner.submit_once(one.request, one.job, user=self.username)
            except VisionLensError as error:  # whoever looked at them is told of the damage
                self.log.warning("%s of %s stays damaged: %s", one.what, dataset, error)
        return bool(wanted)

    async def read(self, dataset: str, work: Callable[[DatasetStore], T]) -> T:
        """As `dataset`; what is met damaged and can be made again will be. DATASET_DAMAGED."""
        try:
            return await self.dataset(dataset, work)
        except VisionLensError as error:
            if error.code != "DATASET_DAMAGED" or not await self.rebuild(dataset):
                raise
            hint = "It is made again by a job: look once that is done."
            raise VisionLensError(error.code, error.message, hint, error.details) from error
