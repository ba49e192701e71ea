"""Local vision-language models through the real loading code, with random weights on this machine.

No weights of a real model take part.
"""

from __future__ import annotations

import gc
import io
import json
import weakref
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from visionlens_jlab.attributes.models.base import Asker, Question
from visionlens_jlab.attributes.models.questions import BUILT_IN, majority, read, wordings
from visionlens_jlab.attributes.models.registry import make
from visionlens_jlab.attributes.shapes import AttributeSpec
from visionlens_jlab.config import ENV_TRUST_REMOTE_CODE
from visionlens_jlab.embeddings.models.base import OutOfMemoryError
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.language_models.config import AgentConfig
from visionlens_jlab.tests.agents.tiny_vlm import make_vlm
from visionlens_jlab.tests.embedding.checkpoints import requires
from visionlens_jlab.tests.embedding.test_models import write_evil

torch = pytest.importorskip("torch", reason="the extra 'models' is not installed")
NIGHT = AttributeSpec(name="night", question="Is it night?")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of random weights; nobody may change its folder."""
    requires("transformers", "safetensors", "tokenizers")
    return make_vlm(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def open_model() -> Any:
    opened: list[Any] = []

    def load(model: str, **options: Any) -> Any:
        opened.append(make(model, AgentConfig(), **options))
        return opened[-1]

    yield load
    for model in opened:
        model.close()


def jpeg(color: str, size: tuple[int, int] = (60, 40)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, "JPEG")
    return file.getvalue()


def nothing() -> None:
    pass


def questions() -> list[Question]:
    """Of different lengths, about pictures of different shapes."""
    prompts = [one.text for one in wordings(NIGHT, 4)]
    pictures = [jpeg("red"), jpeg("blue", (30, 90)), jpeg("white", (700, 20)), jpeg("black")]
    return [Question(*pair) for pair in zip(pictures, prompts, strict=True)]


def test_it_answers_and_says_the_same_again(tiny, open_model):
    model = open_model(f"transformers:{tiny}")
    first = model.ask(questions(), nothing)
    assert len(first) == 4 and all(first)
    again = open_model(f"transformers:{tiny}").ask(questions(), nothing)
    assert again == first
    alone = [model.ask([one], nothing)[0] for one in questions()]
    assert alone == first, "what else is in the batch makes no difference"
    assert not model._processor.image_processor.do_image_splitting


def test_what_it_says_becomes_an_answer(tmp_path, open_model):
    requires("transformers", "safetensors", "tokenizers")
    model = open_model(f"transformers:{make_vlm(tmp_path / 'yes', says='yes')}")
    asked = wordings(NIGHT, 3)
    said = model.ask([Question(jpeg("red"), one.text) for one in asked], nothing)
    assert all(one.split()[0] == "yes" for one in said)
    assert majority([read(*pair) for pair in zip(said, asked, strict=True)]) == ("yes", 1.0)


def test_it_can_be_stopped_between_two_words(tiny, open_model):
    model = open_model(f"transformers:{tiny}")
    looks = 0

    def stop() -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.ask(questions(), stop)
    assert looks == 3


def test_closing_frees_the_weights(tiny):
    model = make(f"transformers:{tiny}", AgentConfig())
    model.ask(questions()[:1], nothing)
    network = weakref.ref(model._network)
    weight = weakref.ref(next(model._network.parameters()))
    model.close()
    assert network() is None and weight() is None


def test_a_batch_that_does_not_fit_is_halved(tiny, open_model, monkeypatch):
    model = open_model(f"transformers:{tiny}")
    generate, sizes = model._network.generate, []

    def of_little_memory(**inputs: Any) -> Any:
        sizes.append(len(inputs["input_ids"]))
        if sizes[-1] > 1:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return generate(**inputs)

    expected = model.ask(questions(), nothing)
    monkeypatch.setattr(model._network, "generate", of_little_memory)
    with pytest.raises(OutOfMemoryError):
        model.ask(questions(), nothing)
    sizes.clear()
    lines, counts = [], []
    model.batch_size = 4
    asker = Asker(model, lambda level, line: lines.append(line), nothing)
    assert asker.ask(questions(), counts.append) == expected
    assert sizes == [4, 2, 1, 1, 1, 1] and sum(counts) == 4
    assert "going on with 1" in lines[-1]

    def of_none(**_: Any) -> Any:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(model._network, "generate", of_none)
    with pytest.raises(VisionLensError, match="does not fit") as caught:
        asker.ask(questions()[:1], counts.append)
    assert caught.value.code == "JOB_FAILED"


@pytest.mark.parametrize(
    ("model", "options", "said"),
    [
        ("transformers:/no/folder", {}, "/no/folder/config.json"),
        ("nonsense", {}, "nonsense"),
        ("transformers:/no/folder", {"quantize": "4bit"}, "4-bit"),
        ("openai:some", {"quantize": "4bit"}, "runs elsewhere"),
        ("transformers:/no/folder", {"trust_remote_code": True}, "not allowed here"),
    ],
)
def test_what_cannot_be_loaded_says_why(model, options, said, monkeypatch):
    requires("transformers", "safetensors")
    monkeypatch.delenv(ENV_TRUST_REMOTE_CODE, raising=False)
    with pytest.raises(VisionLensError) as caught:
        make(model, AgentConfig(), **options)
    assert caught.value.code == "MODEL_UNAVAILABLE"
    assert said in caught.value.message and caught.value.hint


def test_four_bits_name_what_is_missing(monkeypatch):
    """Where there is no GPU: that; where there is one: the packages."""
    requires("transformers", "safetensors")
    with pytest.raises(VisionLensError, match=r"bitsandbytes|CUDA"):
        make("transformers:a/b", AgentConfig(), quantize="4bit")
    from visionlens_jlab.attributes.models import transformers_model

    monkeypatch.setattr(transformers_model.importlib.util, "find_spec", lambda _: object())
    cuda = torch.device("cuda")
    kept = transformers_model._weights("a/b", "4bit", cuda)
    assert kept["quantization_config"].load_in_4bit and kept["device_map"] == {"": cuda}


def test_weights_are_data(tiny, tmp_path):
    """A checkpoint whose pickle would run something is refused, and nothing runs."""
    folder = tmp_path / "evil"
    folder.mkdir()
    for file in tiny.iterdir():
        if file.suffix != ".safetensors":
            (folder / file.name).write_bytes(file.read_bytes())
    write_evil(folder / "pytorch_model.bin", tmp_path / "mark")
    with pytest.raises(VisionLensError) as caught:
        make(f"transformers:{folder}", AgentConfig())
    assert caught.value.code == "MODEL_UNAVAILABLE" and "safetensors" in caught.value.hint
    assert not (tmp_path / "mark").exists()


OWN_CODE = """
from pathlib import Path

import torch
from transformers import PretrainedConfig, PreTrainedModel

Path({mark!r}).write_text("ran")


class OwnConfig(PretrainedConfig):
    model_type = "own_vlm"


class OwnModel(PreTrainedModel):
    config_class = OwnConfig

    def __init__(self, config):
        super().__init__(config)
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.post_init()

    def query(self, image, question):
        return {{"answer": f"yes, {{image.width}} pixels"}}
"""


def test_code_of_a_model_runs_only_where_setting_and_request_let_it(
    tmp_path, monkeypatch, open_model
):
    """As Moondream, which brings code with a method `query`."""
    requires("transformers", "safetensors")
    from safetensors.torch import save_file

    mark = tmp_path / "mark"
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "own.py").write_text(OWN_CODE.format(mark=str(mark)))
    own = {"AutoConfig": "own.OwnConfig", "AutoModelForCausalLM": "own.OwnModel"}
    config = {"model_type": "own_vlm", "auto_map": own, "architectures": ["OwnModel"]}
    (folder / "config.json").write_text(json.dumps(config))
    save_file({"weight": torch.zeros(1)}, folder / "model.safetensors", {"format": "pt"})
    monkeypatch.setenv("HF_MODULES_CACHE", str(tmp_path / "modules"))
    monkeypatch.setattr(
        "transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "modules")
    )
    name = f"transformers:{folder}"
    for setting, asked in (("0", True), ("1", False), ("0", False)):
        monkeypatch.setenv(ENV_TRUST_REMOTE_CODE, setting)
        with pytest.raises(VisionLensError) as caught:
            make(name, AgentConfig(), trust_remote_code=asked)
        assert caught.value.code == "MODEL_UNAVAILABLE" and not mark.exists()
    monkeypatch.setenv(ENV_TRUST_REMOTE_CODE, "1")
    model = open_model(name, trust_remote_code=True)
    assert mark.exists()
    assert model.ask(questions()[:2], nothing) == ["yes, 60 pixels", "yes, 30 pixels"]


def test_every_built_in_question_can_be_asked(tiny, open_model):
    model = open_model(f"transformers:{tiny}")
    asked = [one.text for spec in BUILT_IN for one in wordings(spec, 2)]
    assert len(model.ask([Question(jpeg("red"), text) for text in asked], nothing)) == len(asked)
    gc.collect()
