"""What the user's own SQL may say: one SELECT over the dataset's tables, nothing of the server.

DuckDB refuses files and the network by itself (external access is off). This refuses, from the
parsed statement, what would still tell about the server or run away in one step; how much memory
the rest may take is bounded by the process that it runs in (`sqlprocess.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from visionlens_jlab.errors import VisionLensError, unknown

_TABLE_FUNCTIONS = frozenset(
    ("range", "generate_series", "unnest", "json_each", "json_tree", "histogram")
)
_REFUSED_FUNCTIONS = frozenset(
    (
        *("current_setting", "set_config", "getenv", "getvariable", "parse_duckdb_log_message"),
        *("query", "query_table", "json_execute_serialized_sql", "json_serialize_plan"),
        *("nextval", "currval", "setval", "write_log", "sleep", "sleep_ms", "pg_sleep"),
    )
)
_REFUSED_TABLES = re.compile(r"(duckdb|pragma)_|pg_settings$")
_SCHEMAS = ("information_schema", "pg_catalog")
_READING = frozenset(
    ("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE", "STATEMENT_NODE")
)
"""Parts of a statement that only read; others stand in a WITH, such as INSERT."""
_GROWING = {"repeat": 1, "lpad": 1, "rpad": 1}
"""Functions that make long text, and the position of the argument that says how long."""
_FORMATS = frozenset(["format", "printf"])
_NO_TABLE = re.compile(r"Table with name (\S+) does not exist")
_TABLES = ("samples", "annotations", "sample", "annotation", "class", "run")
"""Those that users ask; DuckDB would suggest tables of its own."""
_LONGEST_REASON = 600
_LONGEST = 10_000
LONGEST_QUERY = 200_000
"""Characters; long lists of ids fit."""


@dataclass(frozen=True)
class Checked:
    """A query that may run."""

    select: str
    """The one SELECT, without what follows it."""
    tables: list[str]
    """The names that it reads from; some may be its own."""
    lists_tables: bool
    """Whether it asks which tables there are."""


def checked_select(cursor: duckdb.DuckDBPyConnection, query: str) -> Checked:
    """A query with what must be known to run it. SQL_REFUSED unless it may run."""
    try:
        statements = cursor.extract_statements(query)
    except duckdb.Error as error:
        raise refused(str(error)) from error
    if len(statements) != 1:
        raise refused(f"There are {len(statements)} statements.")
    kind = _kind(statements[0])
    if kind != "SELECT":
        raise refused(f"It is a {kind} statement.")
    select = _before_semicolon(query)
    tree = json.loads(cursor.execute("SELECT json_serialize_sql(?)", [select]).fetchall()[0][0])
    if tree["error"]:
        raise refused(str(tree.get("error_message", "It cannot be checked.")))
    tables: list[str] = []
    lists_tables = False
    for node in _nodes(tree["statements"]):
        _check_node(node)
        if node.get("type") == "BASE_TABLE":
            tables.append(str(node["table_name"]))
            lists_tables |= any(part.lower() in _SCHEMAS for part in _path(node))
    return Checked(select, tables, lists_tables)


def _path(table: dict[str, Any]) -> list[str]:
    """A table's name with its catalog and schema."""
    return [str(part) for part in table.get("qualified_name", {}).get("path", [])]


def _kind(statement: duckdb.Statement) -> str:
    try:
        return str(statement.type.name)
    except ValueError:  # a kind that DuckDB's Python part does not know yet
        return "special"


def _before_semicolon(query: str) -> str:
    """The text up to the semicolon that ends its one statement."""
    text = query.encode()
    for offset, _ in duckdb.tokenize(query):
        if text[offset : offset + 1] == b";":
            return text[:offset].decode()
    return query


def refused(reason: str, hint: str | None = None) -> VisionLensError:
    """SQL_REFUSED with DuckDB's reason, or ours."""
    if table := _NO_TABLE.search(reason):
        meant = unknown("SQL_REFUSED", "table", table[1], _TABLES)
        reason, hint = f"{meant.message}", meant.hint
    # Below it stands the place in the query; with it, names that are spelt alike.
    told = " ".join(reason.partition("\nLINE ")[0].split())
    message = f"The query was refused. {told[:_LONGEST_REASON] or 'It is empty.'}"
    return VisionLensError("SQL_REFUSED", message, hint, details={"cause": reason})


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of the parsed statement; without recursion, for it may be nested deeply."""
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _check_node(node: dict[str, Any]) -> None:
    kind = str(node.get("type"))
    if kind.endswith("_NODE") and kind not in _READING:
        raise refused(f"It holds a statement that writes ({kind.split('_', maxsplit=1)[0]}).")
    if kind == "TABLE_FUNCTION":
        name = _function_name(node["function"])
        if name not in _TABLE_FUNCTIONS:
            raise refused(f"The table function {name} is not for queries here.")
    elif kind == "BASE_TABLE":
        name = str(node["table_name"]).lower()
        if _REFUSED_TABLES.match(name):
            raise refused(f"{name} tells about the server, not about the dataset.")
    elif kind == "SHOW_REF" and node.get("query") is None:
        raise refused("It is a SHOW statement.", "Ask information_schema.tables or .columns.")
    elif kind == "FUNCTION" and node.get("class") == "FUNCTION":
        _check_function(_function_name(node), node)


def _function_name(node: dict[str, Any]) -> str:
    return str(node.get("function_name", "")).lower()


def _check_function(name: str, node: dict[str, Any]) -> None:
    if name in _REFUSED_FUNCTIONS:
        raise refused(f"The function {name} is not for queries here.")
    arguments = [argument.get("expression", {}) for argument in node.get("arguments", [])]
    if name in _GROWING and len(arguments) > _GROWING[name]:
        length = _constant(arguments[_GROWING[name]])
        if length is None or not length.isdigit() or int(length) > _LONGEST:
            raise refused(f"{name} needs a plain length of at most {_LONGEST}.")
    if name in _FORMATS and arguments:
        pattern = _constant(arguments[0])
        if pattern is None or re.search(r"\d{5}|\*|\{[^}]*\{", pattern):
            raise refused(f"{name} needs plain text with widths below {_LONGEST}.")


def _constant(node: dict[str, Any]) -> str | None:
    """The text of a literal; None: it is no literal."""
    if node.get("class") != "CONSTANT":
        return None
    literal = node.get("literal") or node.get("value") or {}
    return str(literal.get("text", literal.get("value", "")))
