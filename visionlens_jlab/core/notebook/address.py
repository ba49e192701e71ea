"""Where the Jupyter server is and how this kernel may speak to it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from visionlens_jlab.config import ENV_SERVER, ENV_TOKEN


@dataclass(frozen=True)
class Address:
    """A Jupyter server's address with its base URL, no slash at the end."""

    url: str
    authorization: str = field(repr=False)
    """Value of the Authorization header."""

    @property
    def loopback(self) -> bool:
        """Whether the server is on this machine; its certificate then proves nothing more."""
        host = urlsplit(self.url).hostname or ""
        if host == "localhost":
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False


def find_address(environ: Mapping[str, str]) -> Address | None:
    """The server that this process was started by, or None.

    The extension leaves its own address and token to local kernels; on JupyterHub the user's token
    opens the user's server as well.
    """
    if server := environ.get(ENV_SERVER):
        token = environ.get(ENV_TOKEN, "")
        return Address(server.rstrip("/"), f"visionlens {token}".rstrip())
    service, hub_token = environ.get("JUPYTERHUB_SERVICE_URL"), environ.get("JUPYTERHUB_API_TOKEN")
    if service and hub_token:
        return Address(_reachable(service).rstrip("/"), f"token {hub_token}")
    return None


def _reachable(url: str) -> str:
    """An address to bind to as one to connect to: `0.0.0.0` and `[::]` mean this machine."""
    parts = urlsplit(url)
    loopback = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(parts.hostname or "")  # noqa: S104
    if loopback is None:
        return url
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit(parts._replace(netloc=f"{loopback}{port}"))
