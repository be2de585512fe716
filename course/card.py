"""Writes a pocket model's `expected.json` and its card, from measurements."""

import datetime
import hashlib
import json
import platform
from pathlib import Path

from utils.recipe import Recipe

SEED = 20261124
SHOWN = (
    ("What is 48 + 67 + 91?", True),
    ("What is 48 + 67 + 91?", False),
    ("Why is the sky blue?", True),
)
FILES = (
    "model.safetensors",
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
)


def write(recipe: Recipe, folder: Path) -> None:
    """Measure the model in `folder`; write `expected.json` and `card.md` there."""
    expected = measured(recipe, folder)
    text = json.dumps(expected, indent=2, ensure_ascii=False)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")
    (folder / "card.md").write_text(page(recipe, expected), encoding="utf-8")


def measured(recipe: Recipe, folder: Path) -> dict:
    """Hashes, accuracies with n and seed, and greedy replies of the model."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from course.train import training_log
    from utils import measure
    from utils.chat import chat

    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    results = measure.measure(model, tokenizer, recipe, SEED)
    replies = [
        {
            "question": q,
            "thinking": on,
            "reply": _said(chat(model, tokenizer, q, thinking=on)),
        }
        for q, on in SHOWN
    ]
    log = training_log(folder)
    if not log["first_losses"]:  # measured again later, without a training run
        log = json.loads((folder / "expected.json").read_text("utf-8"))["training"]
    return {
        "sha256": {name: _sha256(folder / name) for name in FILES},
        "parameters": sum(p.numel() for p in model.parameters()),
        "training": log | {"machine": log.get("machine") or _machine()},
        "measured_on": datetime.date.today().isoformat(),
        "seed": SEED,
        "well_formed": measure.well_formed(results),
        "accuracy": [
            one.bar.model_dump() | {"right": one.result.right, "n": one.result.n}
            for one in results
        ],
        "replies": replies,
    }


def page(recipe: Recipe, expected: dict) -> str:
    """The card in Markdown: what it is, can, cannot, how well, how to remake it."""
    from utils.evaluate import wilson

    rows = []
    for one in expected["accuracy"]:
        low, high = wilson(one["right"], one["n"])
        mode = "on" if one["thinking"] else "off"
        share = one["right"] / one["n"]
        rows.append(
            f"| {one['task']} | {mode} | {share:.1%} | {low:.1%} to {high:.1%} "
            f"| {one['n']} |"
        )
    shown = [
        f"> {one['question']} (thinking {'on' if one['thinking'] else 'off'})\n\n"
        f"```\n{one['reply']}\n```\n"
        for one in expected["replies"]
    ]
    training = expected["training"]
    return "\n".join(
        [
            f"# {recipe.name}\n",
            f"{recipe.summary} {expected['parameters'] / 1e6:.2f} million parameters, "
            f"`{recipe.architecture}`, trained from scratch on text that this "
            "repository's code makes.\n",
            "It can:\n",
            *(f"- {line}" for line in recipe.can),
            "\nIt cannot:\n",
            *(f"- {line}" for line in recipe.cannot),
            f"\nRemake it: `python -m course train {recipe.name}` "
            f"({training['minutes']:.0f} minutes on {training['machine']}).\n",
            "## Measured\n",
            f"On {expected['measured_on']}, greedy, problems that training never saw, "
            f"seed {expected['seed']}. Replies that are well formed (thought where "
            f"asked, end token): {expected['well_formed']:.1%}.\n",
            "| task | thinking | right | 95 % interval | n |",
            "|---|---|---|---|---|",
            *rows,
            "\n## Said\n",
            *shown,
        ]
    )


def _said(reply) -> str:
    thought = (
        "" if reply.thinking is None else f"<think>\n{reply.thinking}\n</think>\n\n"
    )
    return thought + reply.text


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _machine() -> str:
    import os

    return f"{os.cpu_count()} {platform.machine()} cores"
