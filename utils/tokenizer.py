"""Trains a small tokenizer of Qwen's kind: same rules and control tokens, few words.

Lesson 02 opens it up. Ids differ from the real ones, so look tokens up by name.
"""

from collections.abc import Iterable, Sequence

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers.trainers import BpeTrainer
from transformers import AddedToken, Qwen2Tokenizer

from utils.paths import CHAT_TEMPLATE

# Qwen2's pre-tokenizer: words keep one leading mark, digits stand alone.
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
# In Qwen3's order of ids (151643 to 151668 there). The second group is ordinary text
# to `skip_special_tokens`, as in Qwen3, so a program can still find it in a reply.
CONTROL_TOKENS = (
    "<|endoftext|> <|im_start|> <|im_end|> <|object_ref_start|> <|object_ref_end|> "
    "<|box_start|> <|box_end|> <|quad_start|> <|quad_end|> <|vision_start|> "
    "<|vision_end|> <|vision_pad|> <|image_pad|> <|video_pad|>"
).split()
# In Qwen2-Audio's order (151643 to 151648 there).
AUDIO_TOKENS = (
    "<|endoftext|> <|im_start|> <|im_end|> <|AUDIO|> <|audio_bos|> <|audio_eos|>"
).split()
MARKER_TOKENS = (
    "<tool_call> </tool_call> <|fim_prefix|> <|fim_middle|> <|fim_suffix|> "
    "<|fim_pad|> <|repo_name|> <|file_sep|> <tool_response> </tool_response> <think> "
    "</think>"
).split()


def train_tokenizer(
    texts: Iterable[str],
    vocab_size: int,
    control_tokens: Sequence[str] = CONTROL_TOKENS,
) -> Qwen2Tokenizer:
    """Byte-level BPE with exactly `vocab_size` ids, control tokens last as in Qwen.

    Raises ValueError when the texts are too few to fill the vocabulary.
    """
    learned = vocab_size - len(control_tokens) - len(MARKER_TOKENS)
    bpe = Tokenizer(models.BPE())
    bpe.normalizer = normalizers.NFC()
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    bpe.decoder = decoders.ByteLevel()
    bpe.train_from_iterator(
        texts,
        BpeTrainer(
            vocab_size=learned,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    if bpe.get_vocab_size() != learned:
        raise ValueError(
            f"The texts gave {bpe.get_vocab_size()} tokens of the {learned} wanted; "
            "give more varied texts or ask for a smaller vocabulary."
        )
    return _as_qwen_tokenizer(bpe, control_tokens)


def _as_qwen_tokenizer(bpe: Tokenizer, control_tokens: Sequence[str]) -> Qwen2Tokenizer:
    import json

    model = json.loads(bpe.to_str())["model"]
    merges = [tuple(pair) for pair in model["merges"]]
    # Qwen2Tokenizer registers its end tokens first; naming <|im_end|> here would
    # give it the first free id, so the control tokens are added in order instead.
    tokenizer = Qwen2Tokenizer(vocab=model["vocab"], merges=merges)
    tokenizer.add_tokens(
        [AddedToken(t, special=True, normalized=False) for t in control_tokens]
        + [AddedToken(t, special=False, normalized=False) for t in MARKER_TOKENS]
    )
    tokenizer.eos_token = "<|im_end|>"
    tokenizer.pad_token = "<|endoftext|>"
    tokenizer.model_max_length = 1024
    tokenizer.chat_template = CHAT_TEMPLATE.read_text(encoding="utf-8")
    return tokenizer
