"""The vision-language models there are, and how one is made. Imports no heavy library."""

from __future__ import annotations

import importlib.util

from visionlens_jlab.attributes.models.base import VisionModel
from visionlens_jlab.attributes.shapes import VisionModelInfo
from visionlens_jlab.embeddings.models.registry import INSTALL, is_cached
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.language_models.config import TRANSFORMERS, AgentConfig, installed, is_local

DEFAULT = "transformers:HuggingFaceTB/SmolVLM-500M-Instruct"
_PACKAGES = ("torch", "transformers", "safetensors")
_HUB = (
    (DEFAULT, "SmolVLM 500M: small and quick; 1 GB", False),
    ("transformers:HuggingFaceTB/SmolVLM-256M-Instruct", "SmolVLM 256M: the least; 0.5 GB", False),
    ("transformers:HuggingFaceTB/SmolVLM-Instruct", "SmolVLM 2B: wants a GPU; 4.5 GB", False),
    ("transformers:vikhyatk/moondream2", "Moondream 2: runs code of its makers; 3.9 GB", True),
)
_FETCHED = "The weights are not on this machine: the first use downloads them."


def vision_models(config: AgentConfig, *, remote_code: bool) -> list[VisionModelInfo]:
    """The models that can be named, the configured one first.

    `remote_code`: whether models may run code that comes with them.
    """
    listed = [_of_hub(*one, remote_code=remote_code) for one in _HUB]
    if config.vision_model:
        listed = [one for one in listed if one.model != config.vision_model]
        listed.insert(0, _configured(config.vision_model))
    return [_judged(one, config) for one in listed]


def default_model(config: AgentConfig) -> str:
    """The configured model, else the local one; never a provider's that answers other questions.

    Asking a provider sends it every picture: that is chosen for pictures or not at all.
    """
    return config.vision_model or DEFAULT


def make(
    model: str, config: AgentConfig, *, quantize: str = "none", trust_remote_code: bool = False
) -> VisionModel:
    """Load a model, or get ready to ask a provider.

    MODEL_UNAVAILABLE, AGENT_UNAVAILABLE: what is missing, and where it would go;
    MODEL_NOT_ALLOWED.
    """
    config.check(model)
    kind, _, name = model.partition(":")
    if not name:
        raise VisionLensError(
            "MODEL_UNAVAILABLE",
            f"There is no vision-language model {model!r}.",
            "Use transformers:<id or folder>, or a provider's model such as openai:<name>.",
        )
    if kind != TRANSFORMERS:
        if quantize != "none":
            raise VisionLensError(
                "MODEL_UNAVAILABLE", f"{model} runs elsewhere: its weights cannot be made smaller."
            )
        from visionlens_jlab.attributes.models.provider import ProviderVision

        return ProviderVision(model, config)
    missing = _missing()
    if missing:
        raise VisionLensError("MODEL_UNAVAILABLE", f"{model} needs {', '.join(missing)}.", INSTALL)
    from visionlens_jlab.attributes.models import transformers_model

    return transformers_model.make(name, quantize=quantize, trust_remote_code=trust_remote_code)


def _of_hub(model: str, label: str, own_code: bool, *, remote_code: bool) -> VisionModelInfo:
    missing = _missing()
    refused = own_code and not remote_code
    reason: str | None = None
    if missing:
        reason = f"Needs {', '.join(missing)}: {INSTALL}"
    elif refused:
        reason = "Needs c.VisionLens.trust_remote_code = True: its code comes with its weights."
    elif not is_cached(model.partition(":")[2]):
        reason = _FETCHED
    return VisionModelInfo(
        model=model,
        label=label,
        available=not missing and not refused,
        reason=reason,
        local=True,
        remote_code=own_code,
    )


def _configured(model: str) -> VisionModelInfo:
    if is_local(model):
        missing = _missing()
        reason = f"Needs {', '.join(missing)}: {INSTALL}" if missing else None
    else:
        reason = None if installed() else "Install visionlens-jlab[agents]."
    return VisionModelInfo(
        model=model,
        label=f"{model.partition(':')[2] or model}: as configured",
        available=reason is None,
        reason=reason,
        local=is_local(model),
    )


def _judged(info: VisionModelInfo, config: AgentConfig) -> VisionModelInfo:
    try:
        config.check(info.model)
    except VisionLensError as error:
        return info.model_copy(update={"available": False, "reason": error.message})
    return info


def _missing() -> list[str]:
    return [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
