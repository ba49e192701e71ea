"""The vocabulary of the route list: a path, its handler, and what each verb takes and gives."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import CODES
from ..models import Model
from . import wire

if TYPE_CHECKING:
    from tornado.web import RequestHandler

    from .services import Services


@dataclass(frozen=True)
class Binary:
    """A body that is not JSON."""

    content_type: str
    description: str


ARROW_STREAM = Binary(wire.ARROW, "An Arrow IPC stream.")
IDS = Binary(wire.BINARY, "Ids as little-endian uint32, in display order.")

Body = type[Model] | Binary

COMMON = ("REQUEST_INVALID", "NOT_AUTHENTICATED", "FORBIDDEN", "NOT_FOUND")
"""Codes that any operation may answer with."""


@dataclass(frozen=True)
class Operation:
    """One verb of a route.

    `request` None: no body. `response` None: no content. `headers` are those of the answer
    that carry counts; `also` is a second kind of body that the same verb takes, `also_response`
    one that it answers with. `errors` are the codes it may answer with beside `COMMON`. `cached`
    answers may be 304.
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
    operations: dict[str, Operation] = field(default_factory=dict)

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
