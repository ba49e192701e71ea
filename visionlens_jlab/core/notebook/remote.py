"""What answers for a dataset over the REST API: the base of each capability's part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import pyarrow as pa

    from visionlens_jlab.core.notebook.transport import Transport

M = TypeVar("M", bound=BaseModel)


def quoted(*segments: str) -> str:
    """A path of segments, whatever they hold."""
    return "/".join(quote(segment, safe="") for segment in segments)


@dataclass(frozen=True)
class Connection:
    """Whom to ask about which dataset."""

    transport: Transport
    dataset: str
    """The slug."""
    read_only: bool


class Remote:
    """Requests about one dataset; a path is the segments below the dataset's own.

    Arguments by name are the query; what is None is left out.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dataset = connection.dataset
        self._transport = connection.transport

    def get(self, shape: type[M], *path: str, **query: Any) -> M:
        """Read a shape."""
        return shape.model_validate_json(self.content("GET", *path, params=query))

    def find(self, shape: type[M], *path: str, **query: Any) -> M | None:
        """The same; None where there is none."""
        try:
            return self.get(shape, *path, **query)
        except VisionLensError as error:
            if error.code == "NOT_FOUND":
                return None
            raise

    def ask(self, shape: type[M], body: BaseModel, *path: str) -> M:
        """Ask for a shape with a body; nothing changes."""
        return self._transport.read(shape, "POST", self.address(*path), body)

    def ask_bytes(self, body: BaseModel, *path: str) -> bytes:
        """Ask for something that is not JSON; nothing changes."""
        headers = {"Content-Type": "application/json"}
        return self.content("POST", *path, content=body.model_dump_json(), headers=headers)

    def send(self, verb: str, shape: type[M], body: BaseModel | None, *path: str) -> M:
        """Change something; DATASET_READ_ONLY."""
        self.check_writable()
        return self._transport.read(shape, verb, self.address(*path), body)

    def put_table(self, shape: type[M], table: pa.Table, *path: str, **query: Any) -> M:
        """Change something to what a table says; DATASET_READ_ONLY."""
        from visionlens_jlab.core.notebook.transport import ARROW, arrow_bytes

        self.check_writable()
        headers = {"Content-Type": ARROW}
        body = arrow_bytes(table)
        content = self.content("PUT", *path, params=query, content=body, headers=headers)
        return shape.model_validate_json(content)

    def remove(self, *path: str) -> None:
        """Remove something; DATASET_READ_ONLY."""
        self.check_writable()
        self.content("DELETE", *path)

    def content(
        self, verb: str, *path: str, params: Mapping[str, Any] | None = None, **options: Any
    ) -> bytes:
        """The body of an answer."""
        given = {name: value for name, value in (params or {}).items() if value is not None}
        return self._transport.request(verb, self.address(*path), params=given, **options).content

    def address(self, *path: str) -> str:
        """A path below that of the API."""
        return quoted("datasets", self.dataset, *path)

    def check_writable(self) -> None:
        """DATASET_READ_ONLY where it was opened so."""
        if self._connection.read_only:
            raise VisionLensError(
                "DATASET_READ_ONLY",
                f"{self.dataset} was opened with read_only=True.",
                "Open it without read_only to change it.",
            )
