"""Every failure as the one error shape."""

from __future__ import annotations

from http.client import responses

from pydantic import ValidationError
from tornado.web import HTTPError

from visionlens_jlab.errors import CODES, VisionLensError, of_system

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
