"""Rerankers: Qwen decoders that read a question with a passage and say yes or no."""

import random

import torch
from transformers import BatchEncoding, PreTrainedModel, PreTrainedTokenizerBase

from utils import mixture, models, pools, retrieval
from utils.chat import Reply
from utils.evaluate import Result
from utils.kinds import embedding
from utils.kinds.chat import decoder, load
from utils.kinds.embedding import nearness
from utils.losses import IGNORE
from utils.losses import verdict_loss as loss
from utils.paths import MODELS
from utils.recipe import Bar, DataPart, Recipe
from utils.tasks import TASKS
from utils.tasks.base import Example

__all__ = ["batch", "evaluate", "load", "loss", "prepare", "reply"]

TOP = 10  # passages that the embedding hands over


def prepare(recipe: Recipe) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    """The embedding model's tokenizer, and its weights below a head: it knows words.

    Layers that the embedding does not have follow its own and change nothing at first:
    the matrices that write into the residual stream are zero.
    """
    tokenizer, body = embedding.load(MODELS / recipe.start)
    model = decoder(recipe, tokenizer)
    model.model.load_state_dict(model.model.state_dict() | body.state_dict())
    with torch.no_grad():
        for layer in model.model.layers[len(body.layers) :]:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
    return tokenizer, model


def batch(
    recipe: Recipe, tokenizer: PreTrainedTokenizerBase, step: int
) -> BatchEncoding:
    """Pairs of question and passage, half of them right; see `losses.verdict_loss`.

    The wrong passage is mostly a near-duplicate of the right one: the pool has them
    side by side. `input_ids` are [twice the batch size, seq], right and wrong in turn;
    `gloss_ids` and `gloss_labels` [batch size, seq] are texts with their glosses. In
    the beginning the town has one word for each thing: a detail is bound to its thing
    sooner when only the thing's place changes.
    """
    data = recipe.data.at(step)
    glosses = "glosses-plain" if recipe.data.begins(step) else "glosses"
    pool = pools.practice(data, step, recipe.train.batch_size)
    rng = random.Random(f"pairs/{recipe.data.seed}/{step}")
    prompts, so_far = [], []
    for place, example in enumerate(pool):
        question = pools.question_of(example)
        wrong = pool[pools.beside(rng, place, len(pool))].answer
        for passage, evidence in ((example.answer, example.evidence), (wrong, "")):
            ids = retrieval.pair_ids(tokenizer, question, passage)
            prompts.append(ids)
            so_far.append(_so_far(tokenizer, ids, question, passage, evidence))
    shared = retrieval.alike(prompts)
    rows = [ids[shared:] for ids in prompts]
    labels = [verdicts[shared:] for verdicts in so_far]
    practiced = DataPart(seed=data.seed, tasks={glosses: 1}, modes={"plain": 1})
    glossed = mixture.batch(practiced, tokenizer, step, len(pool))
    return BatchEncoding(
        {
            "shared": torch.tensor([prompts[0][:shared]]),
            "input_ids": mixture.pad_right(rows, tokenizer.pad_token_id),
            "so_far": mixture.pad_right(labels, IGNORE),
            "gloss_ids": glossed["input_ids"],
            "gloss_labels": glossed["labels"],
            "last": torch.tensor([len(ids) - 1 for ids in rows]),
            "verdicts": torch.tensor([verdicts[-1] for verdicts in labels]),
        }
    )


def _so_far(
    tokenizer: PreTrainedTokenizerBase,
    ids: list[int],
    question: str,
    passage: str,
    evidence: str,
) -> list[int]:
    """The verdict after each token of a prompt, `ids`, if the passage ended there.

    "yes" once the `evidence` is there; without any, always "no". IGNORE before the
    passage, and within the evidence: one cannot tell yet.
    """

    def length(beginning: str) -> int:
        """How many ids of the prompt there are up to the end of that part of it."""
        other = retrieval.pair_ids(tokenizer, question, beginning.rstrip())
        return min(retrieval.alike([ids, other]), stop)

    no, yes = tokenizer.convert_tokens_to_ids(list(retrieval.VERDICTS))
    start = retrieval.alike([ids, retrieval.pair_ids(tokenizer, question, "")])
    stop = len(ids) - 1 - ids[::-1].index(tokenizer.eos_token_id)
    verdicts = [IGNORE] * start + [no] * (len(ids) - start)
    if evidence:
        at = passage.index(evidence)
        begins = length(passage[:at]) if at else start
        ends = length(passage[: at + len(evidence)]) - 1
        verdicts[begins:] = [IGNORE] * (ends - begins) + [yes] * (len(ids) - ends)
    return verdicts


def evaluate(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, bar: Bar, seed: int
) -> Result:
    """Recall@1 among the embedding's ten nearest passages.

    By the embedding alone, by the model's verdicts, or by both in one score.
    """
    task, graded = TASKS[bar.task], []
    for pool in pools.pools(task, bar.n, seed):
        questions, passages = pools.sides(pool)
        cosines, places = _nearest(questions, passages)
        scores = cosines
        if bar.by != "embedding":
            scores = _verdicts(model, tokenizer, questions, passages, places)
        if bar.by == "both":
            scores = retrieval.fuse(scores, cosines)
        graded += pools.grade(task, pool, _first(scores, places))
    return Result(graded, seed)


def reply(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    example: Example,
    thinking: bool | None,
) -> Reply:
    """The passage put first for the example's question, among passages and twins."""
    questions = [pools.question_of(example)]
    passages = pools.sides(pools.shown("twin_passages"))[1]
    places = _nearest(questions, passages)[1]
    scores = _verdicts(model, tokenizer, questions, passages, places)
    [first] = _first(scores, places)
    return Reply(None, passages[first], tokens=0, finished=True)


def _nearest(
    questions: list[str], passages: list[str]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and places of each question's ten nearest passages, nearest first."""
    near = nearness(*models.load("embedding", "pocket"), questions, passages)
    return tuple(near.topk(TOP))


def _verdicts(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    questions: list[str],
    passages: list[str],
    places: torch.Tensor,
) -> torch.Tensor:
    """How likely "yes" is for each question's passages, as `places`: [questions, k]."""
    pairs = [
        (question, passages[place])
        for question, row in zip(questions, places.tolist(), strict=True)
        for place in row
    ]
    return retrieval.rerank(model, tokenizer, pairs).view(places.shape)


def _first(scores: torch.Tensor, places: torch.Tensor) -> list[int]:
    """Of each row the place with the highest score; of equal ones the first."""
    best = scores.sort(dim=1, descending=True, stable=True).indices[:, :1]
    return places.gather(1, best)[:, 0].tolist()
