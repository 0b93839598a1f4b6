"""Tiny random models with hand-made vocabularies: made in milliseconds, the same every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

# models this small are faster on one thread than on two that wait for each other
torch.set_num_threads(1)

CHAT = (
    "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)


def tokenizer(words: Sequence[str] = (), chat: str | None = CHAT, **more: Any) -> Any:
    """A tokenizer of bytes, and of these words as one token each, wherever they stand."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE(vocab={sign: at for at, sign in enumerate(letters)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(["<pad>", "<eos>"])
    made.add_tokens([AddedToken(word, normalized=False) for word in words])
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", eos_token="<eos>", chat_template=chat, **more
    )


def words(*known: str) -> Any:
    """A tokenizer of these words alone, split at spaces, so that every answer can be counted."""
    vocabulary = {word: at for at, word in enumerate(("<pad>", "<eos>", *known))}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<pad>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", eos_token="<eos>"
    )


def llama(folder: Path, made: Any, seed: int = 0, **config: Any) -> Path:
    """A causal model with four heads in two layers, saved with its tokenizer."""
    told = transformers.LlamaConfig(
        vocab_size=len(made), hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=512,
        pad_token_id=made.pad_token_id, eos_token_id=made.eos_token_id, bos_token_id=None,
        initializer_range=0.4, **config,
    )  # fmt: skip
    torch.manual_seed(seed)
    return _saved(folder, transformers.LlamaForCausalLM(told), made)


def bert(folder: Path, made: Any, labels: Mapping[int, str], seed: int = 0, **config: Any) -> Path:
    """A sequence classifier with these labels, saved with its tokenizer."""
    told = transformers.BertConfig(
        vocab_size=len(made), hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, max_position_embeddings=64, pad_token_id=made.pad_token_id,
        num_labels=len(labels), id2label=dict(labels), initializer_range=0.4, **config,
    )  # fmt: skip
    torch.manual_seed(seed)
    return _saved(folder, transformers.BertForSequenceClassification(told), made)


def taught(folder: Path, made: Any, texts: Sequence[str], steps: int = 120) -> Path:
    """A causal model that has learned these texts by heart, with its tokenizer."""
    llama(folder, made, seed=1)
    net = transformers.AutoModelForCausalLM.from_pretrained(folder)
    rows = [made(text, add_special_tokens=False)["input_ids"] for text in texts]
    longest = max(map(len, rows))
    pad = made.pad_token_id
    ids = torch.tensor([row + [pad] * (longest - len(row)) for row in rows])
    gold = ids.masked_fill(ids == pad, -100)
    better = torch.optim.AdamW(net.parameters(), lr=1e-2)
    for _ in range(steps):
        better.zero_grad()
        net(input_ids=ids, labels=gold).loss.backward()
        better.step()
    return _saved(folder, net, made)


def _saved(folder: Path, net: Any, made: Any) -> Path:
    net.save_pretrained(folder)
    made.save_pretrained(folder)
    return folder
