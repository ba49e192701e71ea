"""What a capability contributes to the core, said without importing any of it.

Everything is named as `module:name` and imported when it is used, in the process that uses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

LaneName = Literal["cpu", "gpu", "agent", "plugin"]


@dataclass(frozen=True)
class JobKind:
    """A kind of job.

    Attributes
    ----------
    name : str
    lane : str
        Each lane runs one job at a time.
    request : str
        `module:class` of the shape that it takes.
    run : str
        `module:function` of its code: called with the job's context in the worker; what it
        returns is the job's `result`.
    setup : str
        `module:class` of what happens around it in the process that owns the datasets.
    creates : bool
        Whether it may make its dataset.
    distinct : bool
        Whether the same asked twice is two jobs; else the one that waits is meant.
    rows : str
        `module:class` of the shape that it takes where rows come with the request; empty: never.
    check : str
        `module:function(request, settings)` that raises what the server's settings forbid.
    confine : str
        `module:function(policy, request, unrestricted, rows)` that gives the request with the
        places in it as the `PathPolicy` lets them be; unrestricted: for the user's own kernel.
    errors : tuple of str
        Codes that it may be refused with, beside those of a dataset and of a view.
    """

    name: str
    lane: LaneName
    request: str
    run: str
    setup: str
    creates: bool = False
    distinct: bool = False
    rows: str = ""
    check: str = ""
    confine: str = ""
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class PieceFile:
    """A file that comes in a piece.

    Attributes
    ----------
    name : str
        In the piece.
    suffix : str
        Of its name in the dataset, which is otherwise that of the job and the piece.
    outbox : str
        What the outbox calls the commit of a piece that brings it; empty: "piece".
    """

    name: str
    suffix: str
    outbox: str = ""


@dataclass(frozen=True)
class PieceKind:
    """What jobs bring in a piece beside the rows of samples and annotations.

    Attributes
    ----------
    name : str
        A piece with a member of its summary, or a table, of that name brings it.
    write : str
        `module:function(cursor, piece, files)` that writes it in the transaction of the piece,
        after the piece's samples and annotations; what it gives is added to the outbox row.
    begin : str
        The same before them; gives the ids of annotations that it removed.
    tables : tuple of str
        Tables that come with it.
    files : tuple of PieceFile
    folder : str
        Where its files go, below the dataset's folder.
    folder_of : str
        Member, in the summary's, that names a folder of its own in there.
    of_ingest : bool
        Whether such a piece has a part in the ingest's report.
    """

    name: str
    write: str = ""
    begin: str = ""
    tables: tuple[str, ...] = ()
    files: tuple[PieceFile, ...] = ()
    folder: str = ""
    folder_of: str = ""
    of_ingest: bool = False


@dataclass(frozen=True)
class ViewRestriction:
    """A member of `ViewSpec` that restricts a view, or ranks it.

    Attributes
    ----------
    member : str
    read : str
        `module:function(snapshot, spec)` that gives a `Restriction`, or a `Ranking`.
    ranks : bool
        Whether it gives the best, in order, of what the rest of the view lets through.
    columns : str
        `module:function(snapshot, spec)` that gives a function of ids of annotations (n,): columns
        (name -> Arrow array) that stand beside them in such a view.
    """

    member: str
    read: str
    ranks: bool = False
    columns: str = ""


@dataclass(frozen=True)
class Capability:
    """One capability.

    Attributes
    ----------
    name : str
    jobs : tuple of JobKind
    pieces : tuple of PieceKind
        What its jobs bring.
    restrictions : tuple of ViewRestriction
        How views are restricted by what it knows.
    routes : tuple of str
        `module:ROUTES` of what it adds to the REST API; imported by the Jupyter server.
    shapes : tuple of str
        `module:class` of shapes that the contract names though no operation takes or gives them:
        results of jobs, JSON in headers.
    fields : tuple of str
        `module:FIELDS`, each a tuple of `core.fields.field.Field`: fields of its own, measures of
        each image among them.
    follow : str
        `module:function(job, settings)` that gives the requests of this capability's jobs which
        follow a job, of whatever kind, that is done. Settings are a mapping by the capability's
        name, empty where there is no server.
    files : str
        `module:class` of its files beside the database, a `StoredFiles`: what of them is checked,
        mended and stray.
    on_change : str
        `module:function(cursor, change)` that follows a change of another capability's rows in
        its own, in the same transaction; see `core/catalog/changes.py`.
    on_workspace : str
        `module:function(services, workspace, user)` that is told in the Jupyter server when a view
        or a selection was changed; it returns at once.
    plugin : str
        Module with its implementations of the hooks of plugins.
    """

    name: str
    jobs: tuple[JobKind, ...] = ()
    pieces: tuple[PieceKind, ...] = ()
    restrictions: tuple[ViewRestriction, ...] = ()
    routes: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    follow: str = ""
    files: str = ""
    on_change: str = ""
    on_workspace: str = ""
    plugin: str = ""


def resolve(reference: str) -> Any:
    """What `module:name` names; imported now."""
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)
