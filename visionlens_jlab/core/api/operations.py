"""How routes are declared: a path, its handler, and what each verb takes, gives and needs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from visionlens_jlab.core.api import wire
from visionlens_jlab.core.shapes import Model
from visionlens_jlab.errors import CODES

if TYPE_CHECKING:
    from tornado.web import RequestHandler

    from visionlens_jlab.core.api.services import Services


DATASET = (
    *("DATASET_NOT_FOUND", "DATASET_DAMAGED", "DATASET_TOO_NEW", "DATASET_BUSY"),
    *("LIMIT_REACHED", "MEMORY_LIMIT"),
)
SPACE = ("SPACE_NOT_FOUND", "VECTORS_INVALID")
FILTER = ("PREDICATE_INVALID", "FIELD_UNKNOWN", "FIELD_TYPE", "SQL_REFUSED", "SQL_TIMEOUT")
VIEW = (*DATASET, *FILTER, *SPACE, "QUERY_NOT_FOUND", "ID_UNKNOWN", "EVALUATION_NOT_FOUND")
CHANGE = ("DATASET_READ_ONLY", "DISK_SPACE")
WORKSPACE = (*VIEW, *CHANGE, "WORKSPACE_NOT_FOUND", "ID_UNKNOWN")


@dataclass(frozen=True)
class Binary:
    """A body that is not JSON."""

    content_type: str
    description: str


ARROW_STREAM = Binary(wire.ARROW, "An Arrow IPC stream.")
IDS = Binary(wire.BINARY, "Ids as little-endian uint32, in display order.")

Body = type[Model] | Binary
Method = TypeVar("Method", bound=Callable[..., Any])

VERBS = ("get", "put", "post", "patch", "delete")

COMMON = ("REQUEST_INVALID", "NOT_AUTHENTICATED", "FORBIDDEN", "NOT_FOUND")
"""Codes that any operation may answer with."""


@dataclass(frozen=True)
class Operation:
    """One verb of a route: a decorator of the method that answers it.

    The method is called only for those whom Jupyter knows and lets do this.

    `request` None: no body. `response` None: no content. `headers` are those of the answer
    that carry counts; `also` is a second kind of body that the same verb takes, `also_response`
    one that it answers with. `errors` are the codes it may answer with beside `COMMON`. `cached`
    answers may be 304. `reads`: a verb other than GET that changes nothing, since it only has a
    body to ask with.
    """

    summary: str
    request: Body | None = None
    response: Body | None = None
    status: int = 200
    query: type[Model] | None = None
    also: Binary | None = None
    also_response: Binary | None = None
    headers: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    cached: bool = False
    reads: bool = False

    def __call__(self, method: Method) -> Method:
        """Declare it of a handler's method, and guard that."""
        guarded: Any = authenticated(authorized("read" if self.reads else None)(method))
        guarded.operation = self
        return cast(Method, guarded)

    @property
    def codes(self) -> list[str]:
        """Every code it may answer with, in the order of `CODES`."""
        possible = {*COMMON, *self.errors}
        return [code for code in CODES if code in possible]


@dataclass(frozen=True)
class Route:
    """A path below the API's prefix. `{name}` is one segment, `{name:int}` a number."""

    path: str
    handler: type[RequestHandler]
    operations: dict[str, Operation] = field(init=False)
    """By verb."""

    def __post_init__(self) -> None:
        """Read off the handler what it declares: a verb that is not declared is an error."""
        served = vars(self.handler)
        declared = {verb: served[verb].operation for verb in VERBS if verb in served}
        object.__setattr__(self, "operations", declared)

    @property
    def template(self) -> str:
        """The path as OpenAPI writes it: `datasets/{dataset}`."""
        return re.sub(r":int}", "}", self.path)

    @property
    def pattern(self) -> str:
        """The path as a regular expression with named groups."""
        pattern = re.escape(self.path).replace(r"\{", "{").replace(r"\}", "}")
        pattern = re.sub(r"{(\w+):int}", r"(?P<\1>[0-9]{1,18})", pattern)
        return re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", pattern)

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """(name, JSON type) of the parts of the path that vary."""
        found = re.findall(r"{(\w+)(:int)?}", self.path)
        return [(name, "integer" if number else "string") for name, number in found]

    def rule(
        self, prefix: str, services: Services
    ) -> tuple[str, type[RequestHandler], dict[str, Services]]:
        """What tornado wants, relative to the Jupyter base URL."""
        return f"/{prefix}/{self.pattern}", self.handler, {"services": services}
