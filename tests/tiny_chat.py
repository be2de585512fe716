"""A recipe, tokenizer and random chat model so small that a test can wait for them."""

from functools import cache

import torch
from transformers import LogitsProcessor, Qwen3ForCausalLM

from utils.kinds.chat import prepare
from utils.recipe import Recipe

DATA = {
    "seed": 1,
    "tasks": {"sums": 0.7, "followups": 0.1, "smalltalk": 0.1, "out_of_scope": 0.1},
    "modes": {"thinking": 0.5, "direct": 0.3, "no_think": 0.1, "think": 0.1},
    "history": 0.1,
}


def tiny_recipe(**train) -> Recipe:
    """A recipe for seconds of training; `train` changes that part of it."""
    plan = {
        "seed": 1,
        "steps": 30,
        "batch_size": 4,
        "learning_rate": 0.005,
        "warmup_steps": 3,
        "precision": "fp32",
    }
    return Recipe(
        name="tiny",
        summary="For tests.",
        architecture="Qwen3ForCausalLM",
        config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "head_dim": 32,
            "max_position_embeddings": 512,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
            "tie_word_embeddings": True,
        },
        tokenizer={"vocab_size": 768, "examples": 1500, "seed": 1},
        data=DATA,
        train=plan | train,
        bars=[],
        shown=[],
        can=[],
        cannot=[],
    )


@cache
def _prepared():
    return prepare(tiny_recipe())


def tiny_tokenizer():
    """The recipe's tokenizer, trained once for all tests; leave it as it is."""
    return _prepared()[0]


def tiny_model(seed: int = 1):
    """A new untrained model of the recipe; equal seeds give equal weights."""
    config = _prepared()[1].config  # first: the first call draws random numbers
    torch.manual_seed(seed)
    return Qwen3ForCausalLM(config).eval()


def chatty_model(seed: int = 1):
    """A random model that wanders: its greedy tokens change instead of repeating."""
    model = tiny_model(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() >= 2:
                parameter.mul_(8.0)
    return model


class Script(LogitsProcessor):
    """Makes row `i` write `rows[i]` after the prompt, then its own choice again.

    A text per row, control tokens by name; "" leaves a row to the model.
    """

    def __init__(self, prompt_length: int, *rows: str) -> None:
        tokenizer = tiny_tokenizer()
        self.prompt_length = prompt_length
        self.rows = [
            tokenizer(text, add_special_tokens=False)["input_ids"] for text in rows
        ]

    def __call__(self, input_ids, scores):
        done = input_ids.shape[1] - self.prompt_length
        for row, wanted in enumerate(self.rows):
            if done < len(wanted):
                scores[row] = -torch.inf
                scores[row, wanted[done]] = 0.0
        return scores
