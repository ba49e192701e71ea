"""Vision-language models on this machine, through transformers."""

from __future__ import annotations

import gc
import importlib.util
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from visionlens_jlab.attributes.models.base import Check, Question
from visionlens_jlab.embeddings.models.base import OutOfMemoryError, is_out_of_memory
from visionlens_jlab.embeddings.models.hub import (
    first_line,
    may_run_code,
    mend_torchvision,
    missing_model,
    prefer_cache_without_network,
    why_not_loaded,
)
from visionlens_jlab.embeddings.models.torch_model import device_of
from visionlens_jlab.errors import VisionLensError

CPU_BATCH, GPU_BATCH = 2, 32
MOST_TOKENS = 16
"""Of an answer; the longest option is a few words."""
_FILES = "config.json, preprocessor_config.json, model.safetensors"
_KINDS = {"ImageTextToText": "AutoModelForImageTextToText", "CausalLM": "AutoModelForCausalLM"}


def make(
    model: str,
    *,
    quantize: str = "none",
    trust_remote_code: bool = False,
    device: str | None = None,
) -> TransformersVision:
    """Load a model.

    Parameters
    ----------
    model : str
        Id on the hub, or absolute path of a folder as `save_pretrained` writes it. Weights must be
        safetensors.
    quantize : {"none", "4bit"}
        4-bit weights need CUDA, bitsandbytes and accelerate.
    trust_remote_code : bool
        For models whose code comes with them, such as Moondream; refused unless
        `config.may_trust_remote_code`.
    device : str, optional
        Default: a GPU where there is one.

    Raises
    ------
    VisionLensError
        MODEL_UNAVAILABLE, saying which files or packages are missing.
    """
    where = device_of(device)
    trusted = may_run_code(model, trust_remote_code)
    weights = _weights(model, quantize, where)
    mend_torchvision()
    local = model.startswith("/")
    if local and not (Path(model) / "config.json").is_file():
        raise missing_model(model, f"there is no {Path(model) / 'config.json'}", _FILES)
    if not local:
        prefer_cache_without_network()
    try:
        network, processor = _load(model, trusted, weights)
    except Exception as error:  # the libraries below raise many kinds
        why = first_line(error) if local else why_not_loaded(error)
        raise missing_model(model, why, _FILES, error) from error
    return TransformersVision(f"transformers:{model}", network, processor, where)


def _load(model: str, trusted: bool, weights: dict[str, Any]) -> tuple[Any, Any]:
    """The model, and what prepares its input; None where the model does that itself."""
    import transformers

    config = transformers.AutoConfig.from_pretrained(model, trust_remote_code=trusted)
    own = getattr(config, "auto_map", None) or {}
    kind = next((name for name in _KINDS.values() if name in own), _KINDS["ImageTextToText"])
    network = getattr(transformers, kind).from_pretrained(
        model, use_safetensors=True, weights_only=True, trust_remote_code=trusted, **weights
    )
    if hasattr(network, "query"):
        return network, None
    # Pillow prepares pictures the same way with and without torchvision.
    processor = transformers.AutoProcessor.from_pretrained(
        model, trust_remote_code=trusted, backend="pil"
    )
    if getattr(processor.image_processor, "do_image_splitting", False):
        # Cutting a picture into a dozen tiles reads small print; the questions are about all of it.
        processor.image_processor.do_image_splitting = False
    return network, processor


def _weights(model: str, quantize: str, device: torch.device) -> dict[str, Any]:
    """How weights are kept in memory. MODEL_UNAVAILABLE where 4 bits cannot be had."""
    if quantize == "none":
        return {"dtype": torch.bfloat16 if device.type == "cuda" else torch.float32}
    packages = [
        name for name in ("bitsandbytes", "accelerate") if importlib.util.find_spec(name) is None
    ]
    lacking = ([] if device.type == "cuda" else ["a CUDA device"]) + packages
    if lacking:
        raise VisionLensError(
            "MODEL_UNAVAILABLE",
            f"4-bit weights of {model} need {' and '.join(lacking)}.",
            "Ask with quantize='none', or run `pip install bitsandbytes accelerate` on a machine "
            "with a GPU.",
        )
    from transformers import BitsAndBytesConfig

    config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.bfloat16)
    return {"quantization_config": config, "device_map": {"": device}}


class TransformersVision:
    """A model behind the VisionModel protocol; greedy, so that it answers the same again.

    Parameters
    ----------
    network : torch.nn.Module
        With `generate`, or with `query(image, question)` as Moondream has it.
    processor : object or None
        With a chat template.
    """

    def __init__(self, name: str, network: Any, processor: Any, device: torch.device) -> None:
        self.name = name
        self.batch_size = CPU_BATCH if device.type == "cpu" else GPU_BATCH
        self._device = device
        self._processor = processor
        self._network: Any = network.eval().requires_grad_(False)
        if not getattr(network, "is_quantized", False):
            self._network = self._network.to(device)

    def ask(self, questions: Sequence[Question], check: Check) -> list[str]:
        """What it says to each. OutOfMemoryError."""
        pictures = [Image.open(io.BytesIO(one.picture)).convert("RGB") for one in questions]
        prompts = [one.prompt for one in questions]
        with self._running():
            if self._processor is None:
                return self._query(pictures, prompts, check)
            return self._generate(pictures, prompts, check)

    def close(self) -> None:
        """Let go of the weights, on the device too."""
        self._network = self._processor = None
        gc.collect()  # modules refer to each other
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _generate(self, pictures: list[Image.Image], prompts: list[str], check: Check) -> list[str]:
        inputs = self._processor(
            text=[self._chat(prompt) for prompt in prompts],
            images=[[picture] for picture in pictures],
            return_tensors="pt",
            padding=True,
            padding_side="left",
        ).to(self._device, dtype=self._network.dtype)

        def stop(tokens: torch.Tensor, _scores: Any, **_: Any) -> torch.Tensor:
            check()
            return torch.zeros(len(tokens), dtype=torch.bool, device=tokens.device)

        tokens = self._network.generate(
            **inputs, max_new_tokens=MOST_TOKENS, do_sample=False, stopping_criteria=[stop]
        )
        said: list[str] = self._processor.batch_decode(
            tokens[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True
        )
        return said

    def _query(self, pictures: list[Image.Image], prompts: list[str], check: Check) -> list[str]:
        said = []
        for picture, prompt in zip(pictures, prompts, strict=True):
            check()
            said.append(str(self._network.query(picture, prompt)["answer"]))
        return said

    def _chat(self, prompt: str) -> str:
        content = [{"type": "image"}, {"type": "text", "text": prompt}]
        chat: str = self._processor.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True
        )
        return chat

    @contextmanager
    def _running(self) -> Iterator[None]:
        try:
            with torch.inference_mode():
                yield
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            if self._device.type == "cuda":
                torch.cuda.empty_cache()
            raise OutOfMemoryError(str(error)) from error
