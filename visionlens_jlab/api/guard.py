"""Who may ask: the Jupyter server's own users, and kernels with this extension's token."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, TypeVar, cast

from jupyter_server.auth import AllowAllAuthorizer, User
from jupyter_server.auth.decorator import authorized as jupyter_authorized

Method = TypeVar("Method", bound=Callable[..., Any])

SCHEME = "visionlens "
KERNEL_USER = User(username="visionlens-kernel", name="Notebook kernel")
KERNEL_AUTHORIZER = AllowAllAuthorizer()
"""A local kernel runs as the server's own user, who could open the files directly."""


def authorized(method: Method) -> Method:
    """Jupyter's `@authorized` for the action of the HTTP verb, with its type kept."""
    return cast(Method, jupyter_authorized(method))


def authorized_to_read(method: Method) -> Method:
    """For a verb other than GET that changes nothing, since it only has a body to ask with."""
    return cast(Method, jupyter_authorized("read")(method))


def carries_token(authorization: str, token: str) -> bool:
    """Whether an Authorization header is `visionlens <token>`; equally slow for any guess."""
    if not authorization.lower().startswith(SCHEME):
        return False
    given = authorization[len(SCHEME) :].strip()
    return hmac.compare_digest(given.encode(), token.encode())
