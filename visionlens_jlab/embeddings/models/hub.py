"""Loading models of the hub: whether it can be reached, and torchvision built for another torch.

Without a network the client of the hub retries for a minute. With the CPU build of torch, pip takes
a torchvision built for CUDA, whose compiled part does not load; its import then fails with
`operator torchvision::nms does not exist`. Nothing here needs those operators, only their names.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
import textwrap
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from visionlens_jlab.config import ENV_TRUST_REMOTE_CODE, may_trust_remote_code
from visionlens_jlab.errors import VisionLensError

_SECONDS = 3.0
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


def prefer_cache_without_network() -> None:
    """Have the hub's client look at its cache only, unless the hub answers."""
    from huggingface_hub import constants

    constants.HF_HUB_OFFLINE = not _reachable()


def why_not_loaded(error: Exception) -> str:
    """Why a model of the hub could not be loaded, in a sentence."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return "its files are not on this machine, and huggingface.co cannot be reached from it"
    return first_line(error)


def first_line(error: Exception) -> str:
    """The beginning of what an error says, without its full stop."""
    lines = str(error).strip().splitlines()
    said = textwrap.shorten(lines[0], 300, placeholder=" ...") if lines else ""
    return said.removesuffix(".") or type(error).__name__


def may_run_code(model: str, asked: bool) -> bool:
    """Whether code that comes with a model may run.

    Being asked alone does not do: a request or a dataset may be anybody's. MODEL_UNAVAILABLE where
    it is asked for and not allowed here.
    """
    if asked and not may_trust_remote_code():
        raise VisionLensError(
            "MODEL_UNAVAILABLE",
            f"The model {model} would run code that comes with it, which is not allowed here.",
            f"Set c.VisionLens.trust_remote_code = True (without a server: "
            f"{ENV_TRUST_REMOTE_CODE}=1) if you trust who made it.",
        )
    return asked


def missing_model(
    model: str, why: str, files: str, error: Exception | None = None
) -> VisionLensError:
    """MODEL_UNAVAILABLE, saying which files to bring where.

    Parameters
    ----------
    model : str
        Id on the hub, or absolute path of a folder.
    why : str
    files : str
        What a folder must hold beside the tokenizer's files.
    error : Exception, optional
        What a library raised.
    """
    if model.startswith("/"):
        hint = f"Put {files} (and the tokenizer's files, for texts) into {model}."
    else:
        hint = (
            f"On a machine with a network, download {files} and the tokenizer's files from "
            f"huggingface.co/{model}, copy the folder here and use transformers:/path/to/folder."
        )
    details = {} if error is None else {"exception": f"{type(error).__name__}: {error}"}
    return VisionLensError(
        "MODEL_UNAVAILABLE", f"The model {model} cannot be loaded: {why}.", hint, details
    )


def _reachable() -> bool:
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "TRUE", "YES", "ON"):
        return False
    if any(os.environ.get(name) for name in _PROXIES):
        return True  # for the proxy to say
    address = urlsplit(os.environ.get("HF_ENDPOINT") or "https://huggingface.co")
    port = address.port or (80 if address.scheme == "http" else 443)
    try:
        socket.create_connection((address.hostname or "", port), _SECONDS).close()
    except OSError:
        return False
    return True


_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_library: Any = None
"""Kept: the names are gone with it."""


def mend_torchvision() -> None:
    """Name the missing operators, before anything imports torchvision; once."""
    global _library  # noqa: PLW0603
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None or _library or "torchvision" in sys.modules:
        return
    import torch

    if _loads(Path(spec.origin).parent):
        return
    _library = torch.library.Library("torchvision", "DEF")
    for schema in _SCHEMAS:
        _library.define(schema)


def _loads(folder: Path) -> bool:
    import torch

    compiled = [path for path in folder.glob("_C.*") if path.suffix in (".so", ".pyd")]
    try:
        for path in compiled:
            torch.ops.load_library(path)
    except OSError:
        return False
    return bool(compiled)
