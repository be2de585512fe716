"""Writes a pocket model's `expected.json` and its card, from measurements."""

import datetime
import hashlib
import json
import platform
from pathlib import Path

from utils.recipe import Recipe, Shown
from utils.tasks.base import Example, draw, text_of, user

SEED = 20261124
MODES = {True: "on", False: "off", None: ""}
BY = {
    "tfidf": " (tfidf alone)",
    "embedding": " (embedding alone)",
    "both": " (with the embedding)",
    "pocket-chat": " (pocket-chat)",
}
CODE = ("def ", "<|fim")  # questions that are shown with their line breaks
PATTERNS = ("*.safetensors", "*.json", "*.jinja")  # what makes up a model


def write(recipe: Recipe, folder: Path) -> None:
    """Measure the model in `folder`; write `expected.json` and `card.md` there."""
    expected = measured(recipe, folder)
    text = json.dumps(expected, indent=2, ensure_ascii=False)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")
    (folder / "card.md").write_text(page(recipe, expected), encoding="utf-8")


def measured(recipe: Recipe, folder: Path) -> dict:
    """Hashes, accuracies with n and seed, and greedy replies of the model."""
    from course.train import training_log
    from utils import figures, kinds, measure

    processor, model = kinds.of(recipe).load(folder)
    results = measure.measure(model, processor, recipe, SEED)
    log = training_log(folder)
    if not log["first_losses"]:  # measured again later, without a training run
        log = _earlier(folder)["training"]
    return {
        "sha256": {path.name: _sha256(path) for path in files(folder)},
        "parameters": sum(p.numel() for p in model.parameters()),
        "training": log | {"machine": log.get("machine") or _machine()},
        "measured_on": datetime.date.today().isoformat(),
        "seed": SEED,
        "well_formed": measure.well_formed(results),
        "accuracy": _rows(results),
        "before_ending": _before(recipe, folder),
        "figures": figures.measure(model, processor, recipe, SEED),
        "replies": replies(recipe, model, processor),
    }


def _rows(results: list) -> list[dict]:
    return [
        one.bar.model_dump() | {"right": one.result.right, "n": one.result.n}
        for one in results
    ]


def _before(recipe: Recipe, folder: Path) -> list[dict]:
    """What the model did before its ending, on the bars that are compared."""
    from course.train import BEFORE
    from utils import kinds, measure

    if not recipe.ending:
        return []
    before = folder / "checkpoints" / BEFORE
    if not before.is_dir():  # measured again later
        return _earlier(folder)["before_ending"]
    bars = [bar for bar in recipe.bars if bar.task in recipe.ending.compare]
    processor, model = kinds.of(recipe).load(before)
    compared = recipe.model_copy(update={"bars": bars})
    return _rows(measure.measure(model, processor, compared, SEED))


def _earlier(folder: Path) -> dict:
    return json.loads((folder / "expected.json").read_text(encoding="utf-8"))


def files(folder: Path) -> list[Path]:
    """The files that make up the model in `folder`."""
    found = {path for pattern in PATTERNS for path in folder.glob(pattern)}
    return sorted(found - {folder / "expected.json"})


def replies(recipe: Recipe, model, processor) -> list[dict]:
    """What the model says to each thing that the recipe wants shown."""
    from utils import kinds

    kind = kinds.of(recipe)
    said = []
    for shown in recipe.shown:
        example = _example(shown)
        reply = kind.reply(model, processor, example, shown.thinking)
        question = shown.question or text_of(example.messages[-1])
        said.append(
            {"question": question, "thinking": shown.thinking, "reply": _said(reply)}
        )
    return said


def page(recipe: Recipe, expected: dict) -> str:
    """The card in Markdown: what it is, can, cannot, how well, how to remake it."""
    from utils.evaluate import wilson

    before = {_asked(one): _share(one) for one in expected.get("before_ending", [])}
    rows = []
    for one in expected["accuracy"]:
        low, high = wilson(one["right"], one["n"])
        mode = MODES[one["thinking"]]
        by = BY.get(one.get("by", "model"), "")
        rows.append(
            f"| {one['task']}{by} | {mode} | {_share(one)} | {low:.1%} to {high:.1%} "
            f"| {one['n']} |" + (f" {before.get(_asked(one), '')} |" if before else "")
        )
    shown = [
        f"{_quoted(one)}\n\n```\n{one['reply']}\n```\n" for one in expected["replies"]
    ]
    training = expected["training"]
    return "\n".join(
        [
            f"# {recipe.name}\n",
            f"{recipe.summary} {expected['parameters'] / 1e6:.2f} million parameters, "
            f"`{recipe.architecture}`, trained from scratch on data that this "
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
            "| task | thinking | right | 95 % interval | n |"
            + (" before the ending |" if before else ""),
            "|---|---|---|---|---|" + ("---|" if before else ""),
            *rows,
            *_figures(expected.get("figures", {})),
            "\n## Said\n",
            *shown,
        ]
    )


def _asked(row: dict) -> tuple:
    return row["task"], row["thinking"], row.get("by")


def _share(row: dict) -> str:
    return f"{row['right'] / row['n']:.1%}"


def _figures(measured: dict[str, float]) -> list[str]:
    from utils.figures import FIGURES

    if not measured:
        return []
    rows = [f"| {FIGURES[name].label} | {x:.3g} |" for name, x in measured.items()]
    return ["\n| also measured | |", "|---|---|", *rows]


def _example(shown: Shown) -> Example:
    from utils.tasks import TASKS

    if shown.task:
        return draw(TASKS[shown.task], 1, shown.seed)[0]
    return Example("", [user(shown.question)], "", "", "")


def _quoted(one: dict) -> str:
    mode = MODES[one["thinking"]]
    question = one["question"] + (f" (thinking {mode})" if mode else "")
    if question.startswith(CODE):
        question = f"```\n{question}\n```"
    return "\n".join(f"> {line}".rstrip() for line in question.split("\n"))


def _said(reply) -> str:
    thought = (
        "" if reply.thinking is None else f"<think>\n{reply.thinking}\n</think>\n\n"
    )
    return thought + reply.text


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _machine() -> str:
    """The cores that PyTorch computes on: a run may have been given fewer than all."""
    import torch

    cores = torch.get_num_threads()
    return f"{cores} {platform.machine()} core{'s' if cores > 1 else ''}"
