"""The one error shape of the project and the documented list of its codes."""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ErrorCode:
    """What a code means: its HTTP status and the hint shown when the raiser gives none."""

    status: int
    hint: str


CODES: dict[str, ErrorCode] = {
    "REQUEST_INVALID": ErrorCode(400, "Correct what is named, and try again."),
    "NOT_AUTHENTICATED": ErrorCode(403, "Log in to Jupyter and try again."),
    "FORBIDDEN": ErrorCode(403, "Ask the administrator of this Jupyter server for access."),
    "NOT_FOUND": ErrorCode(404, "Check the address."),
    "SETTING_INVALID": ErrorCode(
        503, "Correct the setting in the Jupyter server's configuration and start it again."
    ),
    "VERSION_MISMATCH": ErrorCode(
        409, "Install the same version of visionlens-jlab in the kernel and in the Jupyter server."
    ),
    "SERVER_UNREACHABLE": ErrorCode(
        503, "Start JupyterLab with visionlens-jlab, or pass data_dir= to work without a server."
    ),
    "DIR_NOT_FOUND": ErrorCode(404, "Check the spelling, and that it is still there."),
    "DIR_EMPTY": ErrorCode(422, "Choose a folder that holds images, or name it with images=."),
    "PERMISSION_DENIED": ErrorCode(
        403, "Give the user this runs as the right to read it, or to write there."
    ),
    "PATH_NOT_ALLOWED": ErrorCode(
        403, "Ingest it from a notebook, or add the folder to VisionLens.allowed_roots."
    ),
    "ROOT_NOT_TRUSTED": ErrorCode(
        403,
        "If you want it read: ds.trust_roots() in a notebook, `visionlens trust` in a terminal.",
    ),
    "SIGN_IN_NEEDED": ErrorCode(424, "Sign in to the storage again, then go on."),
    "SOURCE_UNAVAILABLE": ErrorCode(503, "Check the network, and try again later."),
    "SOURCE_NOT_INSTALLED": ErrorCode(
        422, 'Install what reads buckets: pip install "visionlens-jlab[gcs,cloud]".'
    ),
    "FORMAT_UNKNOWN": ErrorCode(
        422, "Name a format; the guide's page on formats lists those that are read."
    ),
    "LABELS_INVALID": ErrorCode(422, "Open the label file and check it is complete."),
    "DISK_SPACE": ErrorCode(507, "Free disk space or move the data directory."),
    "DATASET_NOT_FOUND": ErrorCode(404, "See vl.list_datasets(), or the Datasets panel."),
    "DATASET_EXISTS": ErrorCode(409, "Choose another name, delete it, or ingest incrementally."),
    "DATASET_BUSY": ErrorCode(
        423, "Close it in the process that has it open, or use that server's address."
    ),
    "DATASET_READ_ONLY": ErrorCode(403, "Open it without read_only to change it."),
    "DATASET_DAMAGED": ErrorCode(
        409, "Run `visionlens doctor`: it says what is lost and how to mend it."
    ),
    "DATASET_TOO_NEW": ErrorCode(409, "Update visionlens-jlab to open this dataset."),
    "PREDICATE_INVALID": ErrorCode(400, "Compare a field with a value: class = 'car'."),
    "FIELD_UNKNOWN": ErrorCode(400, "See ds.fields, or the Filters panel."),
    "FIELD_TYPE": ErrorCode(400, "Give values of the field's own type."),
    "SQL_REFUSED": ErrorCode(400, "Write one SELECT statement over the dataset's tables."),
    "SQL_TIMEOUT": ErrorCode(408, "Narrow the query or add a LIMIT."),
    "MEMORY_LIMIT": ErrorCode(
        422,
        "Ask for fewer rows or columns, or raise VisionLens.memory_limit_mb "
        "($VISIONLENS_MEMORY_LIMIT).",
    ),
    "LIMIT_REACHED": ErrorCode(429, "Wait until some of it is done, then try again."),
    "ID_UNKNOWN": ErrorCode(404, "Use ids of this dataset, from to_pandas() or a view."),
    "VIEW_NOT_FOUND": ErrorCode(404, "See ds.saved_views(), or the Filters panel."),
    "WORKSPACE_NOT_FOUND": ErrorCode(404, "Open the dataset again to get a new workspace."),
    "WORKSPACE_CONFLICT": ErrorCode(409, "Read the workspace again and repeat the change."),
    "SPACE_NOT_FOUND": ErrorCode(404, "See ds.spaces, or the Map panel."),
    "QUERY_NOT_FOUND": ErrorCode(404, "Encode the text or the image again."),
    "PROJECTION_NOT_FOUND": ErrorCode(404, "Project the space again, with ds.project()."),
    "VECTORS_INVALID": ErrorCode(
        422, "Give one row of finite numbers, not all zero, for each id, all of one length."
    ),
    "VECTOR_STORE_DOWN": ErrorCode(
        503, "Check the address and key of the Qdrant server; searches answer without it, slowly."
    ),
    "MODEL_UNAVAILABLE": ErrorCode(
        422, "The form of the Map panel lists models that are available, and how to install others."
    ),
    "MODEL_NOT_ALLOWED": ErrorCode(
        403, "Choose one of VisionLens.allowed_models, or ask the server's operator to add it."
    ),
    "DUPLICATES_CHANGED": ErrorCode(
        409, "Read the duplicates again; they were looked for once more."
    ),
    "TEXT_UNSUPPORTED": ErrorCode(422, "Embed with a model that reads text, such as CLIP."),
    "RUN_NOT_FOUND": ErrorCode(404, "See ds.runs, or the Source facet."),
    "RUN_EXISTS": ErrorCode(409, "Choose another name, or replace the run."),
    "PREDICTIONS_INVALID": ErrorCode(
        422, "Compare the file with the documented prediction formats, or name its format."
    ),
    "EVALUATION_NOT_FOUND": ErrorCode(404, "See ds.evaluations(), or the Evaluation panel."),
    "EVALUATION_INVALID": ErrorCode(
        422, "Choose a protocol and geometry that both the labels and the run have."
    ),
    "ANALYSIS_INVALID": ErrorCode(
        422, "Evaluate a run first, and leave enough labelled images in the view."
    ),
    "ANALYSIS_NOT_FOUND": ErrorCode(404, "ds.analyses() lists those that there are."),
    "FINDING_NOT_FOUND": ErrorCode(404, "See ds.findings(), or the Analyst panel."),
    "ATTRIBUTE_INVALID": ErrorCode(
        422, "Ask one question with a name of its own, and 2 to 12 different options for a choice."
    ),
    "ATTRIBUTE_NOT_FOUND": ErrorCode(404, "See ds.attributes(), or the Analyst panel."),
    "AGENT_UNAVAILABLE": ErrorCode(
        422, "Install visionlens-jlab[agents] and set VisionLens.agent_model."
    ),
    "AGENT_NOT_FOUND": ErrorCode(404, "The Analyst panel lists those that there are."),
    "PROVIDER_FAILED": ErrorCode(
        502, "Check the provider's address, key and quota; statistics answer without it."
    ),
    "BUDGET_SPENT": ErrorCode(409, "Raise the budget of tokens, time or cost, or ask for less."),
    "EXPORT_NOT_EMPTY": ErrorCode(409, "Name a folder that is new or empty."),
    "NOTHING_TO_UNDO": ErrorCode(409, "ds.history() lists what was changed."),
    "JOB_NOT_FOUND": ErrorCode(404, "The Jobs panel lists those that there are."),
    "JOB_CANCELLED": ErrorCode(409, "Start the job again."),
    "JOB_FAILED": ErrorCode(500, "The job's log in the Jobs panel has the cause."),
    "PLUGIN_NOT_FOUND": ErrorCode(404, "The Plugins panel lists those that there are."),
    "PLUGIN_OFF": ErrorCode(403, "Switch it on in the Plugins panel."),
    "PLUGIN_FAILED": ErrorCode(
        500, "Its log in the Plugins panel has what it printed; it can be switched off there."
    ),
    "WORKER_LOST": ErrorCode(500, "Start the job again; finished pieces are kept."),
    "WORKER_BUSY": ErrorCode(409, "Wait for the job that runs, or cancel it, and try again."),
    "IMAGE_MISSING": ErrorCode(404, "Check that the image folder is still where it was."),
    "IMAGE_UNREADABLE": ErrorCode(422, "Open the file in an image viewer to check it."),
    "UPLOAD_INVALID": ErrorCode(422, "Send image files only, such as JPEG, PNG or WebP."),
    "UPLOAD_TOO_LARGE": ErrorCode(
        413, "Copy the file to the server and ingest it from there, or raise the server's limit."
    ),
    "INTERNAL": ErrorCode(500, "Report it with the request id and the details."),
}


class VisionLensError(Exception):
    """An error a user can act on.

    Parameters
    ----------
    code : str
        A key of `CODES`; anything else is a programming error (KeyError).
    message : str
        What was wrong, in one sentence that names the item.
    hint : str, optional
        What to do next; defaults to the code's own hint.
    details : dict, optional
        JSON-compatible facts for the expander and for logs.
    """

    def __init__(
        self,
        code: str,
        message: str,
        hint: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = CODES[code].hint if hint is None else hint
        self.details = details or {}

    @property
    def status(self) -> int:
        """HTTP status of the code."""
        return CODES[self.code].status

    def to_json(self, request_id: str | None = None) -> dict[str, Any]:
        """The error shape `{code, message, hint, details, request_id}`."""
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "details": self.details,
            "request_id": request_id,
        }

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> VisionLensError:
        """Rebuild an error that a server sent; unknown codes become INTERNAL."""
        code = body.get("code")
        return cls(
            code if code in CODES else "INTERNAL",
            str(body.get("message", "The server answered with an error.")),
            body.get("hint"),
            {**(body.get("details") or {}), "request_id": body.get("request_id")},
        )

    def __str__(self) -> str:
        return f"{self.code}: {self.message} {self.hint}".rstrip()

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.code, self.message, self.hint, self.details))


_LISTED = 20


def unknown(code: str, kind: str, name: object, known: Iterable[str]) -> VisionLensError:
    """The error for a name that is not among the `known` ones of its kind, which the hint lists.

    `details` hold the name, as `name`, and those spelt like it, as `close`.
    """
    return _unlisted(code, f"There is no {kind} {name!r}.", str(name), known)


def check_options(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    """REQUEST_INVALID for the first option that `what`, in the plural, do not take."""
    names = sorted(known)
    for name in given:
        if name not in names:
            raise _unlisted("REQUEST_INVALID", f"{what} have no option {name!r}.", name, names)


def _unlisted(code: str, message: str, name: str, known: Iterable[str]) -> VisionLensError:
    names = list(known)
    close = difflib.get_close_matches(name, names, n=3)
    parts = [f"Did you mean {' or '.join(close)}?"] if close else []
    if not names:
        parts.append("There are none.")
    elif len(names) <= _LISTED:
        parts.append(f"There are: {', '.join(names)}.")
    elif not close:
        parts.append(f"There are {', '.join(names[:_LISTED])} and {len(names) - _LISTED} more.")
    return VisionLensError(code, message, " ".join(parts), {"name": name, "close": close})


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_NO_ACCESS = (errno.EACCES, errno.EPERM, errno.EROFS)


def of_system(error: OSError) -> VisionLensError | None:
    """What the system refuses: DISK_SPACE, PERMISSION_DENIED, REQUEST_INVALID for a name too long.

    None: something else.
    """
    if error.errno == errno.ENAMETOOLONG:
        return VisionLensError(
            "REQUEST_INVALID", "A name is too long for a file.", "Choose a shorter name."
        )
    if error.errno in _NO_ROOM:
        return VisionLensError("DISK_SPACE", "The disk is full.")
    if error.errno in _NO_ACCESS:
        what = "A file or folder" if error.filename is None else str(error.filename)
        if error.errno == errno.EROFS:
            return VisionLensError("PERMISSION_DENIED", f"{what} is on a read-only file system.")
        return VisionLensError("PERMISSION_DENIED", f"{what} may not be read or written.")
    return None


@contextmanager
def system_errors() -> Iterator[None]:
    """Turn what the system refuses meanwhile into DISK_SPACE or PERMISSION_DENIED."""
    try:
        yield
    except OSError as error:
        known = of_system(error)
        if known is None:
            raise
        raise known from error
