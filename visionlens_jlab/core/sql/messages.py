"""What goes through the pipes of the processes that run the user's SQL: MessagePack.

A process is sent a `Query`. It asks for tables and for pages of them as it reads, then gives its
result as `Piece`s of an Arrow stream, and says that it is `Over`.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Query(msgspec.Struct, tag=True):
    """One query to check and run."""

    sql: str
    seconds: float
    scratch: str
    """Folder for what does not fit into memory."""
    scratch_size: str
    ids: bool = False
    """Whether only the column of ids is wanted, see `restriction.py`."""


class NeedTables(msgspec.Struct, tag=True):
    """Which of these names are tables or views of the dataset? None: all there are."""

    names: list[str] | None


class Tables(msgspec.Struct, tag=True):
    """The Arrow schema of each table, and the SELECT of each view."""

    schemas: dict[str, bytes]
    views: dict[str, str]


class NeedPage(msgspec.Struct, tag=True):
    """Rows of a table from `first` on, `rows` places of them, and of these columns."""

    table: str
    columns: list[str]
    first: int
    rows: int


class Page(msgspec.Struct, tag=True):
    """An Arrow stream of what stands at these places; nothing more comes after the last."""

    data: bytes
    is_last: bool


class Columns(msgspec.Struct, tag=True):
    """Which column of a result holds the ids; comes before the result where only ids are wanted."""

    name: str


class Piece(msgspec.Struct, tag=True):
    """Bytes of the result, an Arrow stream."""

    data: bytes


class Over(msgspec.Struct, tag=True):
    """The query is over; with a code it failed."""

    code: str | None = None
    message: str = ""
    hint: str | None = None
    details: dict[str, Any] = {}
    is_spent: bool = False
    """Whether the process ends now: it holds too much for another query."""


TO_PROCESS: Any = msgspec.msgpack.Decoder(Query | Tables | Page)
FROM_PROCESS: Any = msgspec.msgpack.Decoder(NeedTables | NeedPage | Columns | Piece | Over)
