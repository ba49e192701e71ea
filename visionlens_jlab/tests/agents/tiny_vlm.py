"""A vision-language model of random weights, in the form that transformers loads."""

from __future__ import annotations

import json
from pathlib import Path

from visionlens_jlab.embeddings.models.hub import mend_torchvision

_SPECIAL = ["<fake_token_around_image>", "<image>", "<global-img>", "<end_of_utterance>"]
_WORDS = ["yes", "no", "A", "B", "C", "night", "rain", "is", "it", "the", "picture", "?", ".", ":"]
_CHAT = (
    "<|im_start|>{% for message in messages %}{{message['role'] | capitalize}}: "
    "{% for line in message['content'] %}{% if line['type'] == 'text' %}{{line['text']}}"
    "{% elif line['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}"
    "<end_of_utterance>\n{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)


def make_vlm(folder: Path, *, says: str | None = None, seed: int = 0) -> Path:
    """An Idefics3 (as SmolVLM is) of about 20,000 parameters.

    Parameters
    ----------
    says : str, optional
        One of its words, which it then answers whatever is asked.
    """
    mend_torchvision()
    import torch
    from transformers import Idefics3Config, Idefics3ForConditionalGeneration

    tokens = ["[PAD]", "<|im_start|>", "<|im_end|>", "[UNK]", *_SPECIAL, *_WORDS]
    if says is not None:  # of equal scores the first wins
        tokens.remove(says)
        tokens.insert(0, says)
    torch.manual_seed(seed)
    config = Idefics3Config(
        vision_config={
            "hidden_size": 16,
            "intermediate_size": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": 32,
            "patch_size": 8,
        },
        text_config={
            "model_type": "llama",
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "vocab_size": len(tokens),
            "pad_token_id": tokens.index("[PAD]"),
            "bos_token_id": tokens.index("<|im_start|>"),
            "eos_token_id": tokens.index("<end_of_utterance>"),
        },
        scale_factor=2,
        image_token_id=tokens.index("<image>"),
        pad_token_id=tokens.index("[PAD]"),
        tie_word_embeddings=False,
    )
    model = Idefics3ForConditionalGeneration(config)
    if says is not None:
        torch.nn.init.zeros_(model.lm_head.weight)
    model.save_pretrained(folder)
    _save_processor(folder, tokens)
    return folder


def _save_processor(folder: Path, tokens: list[str]) -> None:
    from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(
        models.WordLevel({token: i for i, token in enumerate(tokens)}, unk_token="[UNK]")
    )
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.add_special_tokens([AddedToken(token, special=True) for token in _SPECIAL])
    PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token="<|im_start|>",
        eos_token="<end_of_utterance>",
        pad_token="[PAD]",
        unk_token="[UNK]",
        chat_template=_CHAT,
    ).save_pretrained(folder)
    image = {
        "image_processor_type": "Idefics3ImageProcessor",
        "size": {"longest_edge": 64},
        "max_image_size": {"longest_edge": 32},
        "do_image_splitting": False,
        "processor_class": "Idefics3Processor",
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(image))
    processor = {"processor_class": "Idefics3Processor", "image_seq_len": 4}
    (folder / "processor_config.json").write_text(json.dumps(processor))
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": _CHAT}))
