"""Who may ask: the Jupyter server's own users, and kernels with this extension's token."""

from __future__ import annotations

import hmac

from jupyter_server.auth import AllowAllAuthorizer, User

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
