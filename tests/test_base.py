"""Base models: pages without conversations, windows without pads, lines as replies."""

import platform
import random
import re

import pytest
import torch
from tiny_chat import chatty_model, tiny_model, tiny_recipe, tiny_tokenizer

from course import card
from utils import figures, kinds, pages
from utils.chat import Reply
from utils.kinds import base
from utils.kinds.text import END
from utils.recipe import Bar, Limits
from utils.tasks import TASKS, draw
from utils.tasks.phrasebook import LANGUAGES, phrases, render
from utils.tasks.skills import GENERALIST, honest
from utils.tasks.translation import bare

pytestmark = pytest.mark.unit

SHARES = {"sums": 1.0, "translation": 1.0, "facts": 1.0, "smalltalk-generalist": 1.0}


def base_recipe():
    recipe = tiny_recipe()
    data = recipe.data.model_copy(update={"tasks": SHARES})
    return recipe.model_copy(update={"kind": "base", "data": data})


def many(split="train", n=400, tasks=SHARES) -> list[str]:
    rng = random.Random(1)
    return [pages.page(rng, tasks, split) for _ in range(n)]


def test_every_told_task_is_a_task():
    assert set(pages.TOLD) <= set(TASKS)


def test_pages_hold_no_conversation():
    text = "\n".join(many())
    assert "<|" not in text
    assert "assistant" not in text


def test_questions_and_statements_are_on_different_pages():
    sums = many(tasks={"sums": 1.0})
    told = [page for page in sums if "The sum is" in page]
    assert 0.4 < len(told) / len(sums) < 0.6
    statement = re.compile(r"The sum is \d+\.|[\d +=]+")
    lines = [line for page in told for line in page.split("\n")]
    assert all(statement.fullmatch(line) for line in lines)


def test_what_is_never_told_is_only_asked():
    text = "\n".join(many())
    assert "What can you do" in text
    assert honest(GENERALIST) not in text


def test_pages_of_a_test_have_phrases_of_their_own():
    def spoken(split):
        every = [p for group in phrases(split).values() for p in group]
        return {bare(render(p, language)) for p in every for language in LANGUAGES}

    only = {"translation": 1.0}
    lines = {
        bare(half)
        for page in many("test", 200, only)
        for line in page.split("\n")
        if " = " in line
        for half in line.split(" = ")
    }
    assert lines
    assert lines <= spoken("test")
    assert len(lines - spoken("train")) > 0.9 * len(lines)


def test_a_batch_is_windows_that_are_learned_whole():
    recipe, tokenizer = base_recipe(), tiny_tokenizer()
    made = base.batch(recipe, tokenizer, 3)
    assert made.input_ids.shape == (4, base.WINDOW)
    assert torch.equal(made.input_ids, made.labels)
    end = tokenizer.convert_tokens_to_ids(END)
    assert (made.input_ids[:, 0] == end).all()
    again, other = (base.batch(recipe, tokenizer, step) for step in (3, 4))
    assert torch.equal(made.input_ids, again.input_ids)
    assert not torch.equal(made.input_ids, other.input_ids)


@pytest.mark.parametrize(
    ("text", "finished", "line", "ended"),
    [
        ("abc\ndef", False, "abc", True),
        ("\nabc\n", False, "abc", True),
        ("abc", True, "abc", True),
        ("abc", False, "abc", False),
        ("", True, "", True),
    ],
)
def test_the_reply_is_the_first_line(text, finished, line, ended):
    got = base._first_line(Reply(None, text, 9, finished))
    assert got == Reply(None, line, 9, ended)


def test_a_question_is_asked_on_a_line_of_its_own(monkeypatch):
    asked = []

    def complete_batch(model, tokenizer, texts, **_):
        asked.extend(texts)
        return [Reply(None, "The sum is 3.\nWhat is 4?", 9, False)] * len(texts)

    monkeypatch.setattr(base, "complete_batch", complete_batch)
    bar = Bar(task="sums", n=50)
    result = base.evaluate(None, tiny_tokenizer(), bar, 5)
    questions = {m["content"] for e in draw(TASKS["sums"], 50, 5) for m in e.messages}
    assert all(text.endswith("\n") for text in asked)
    assert {text.split("\n")[-2] for text in asked} <= questions | {
        line for q in questions for line in q.split("\n")
    }
    assert result.n == 50
    assert all(item.reply.text == "The sum is 3." for item in result.graded)


def test_a_real_model_s_line_is_measured():
    bar = Bar(task="sums-2", n=50, at_most=0.05)
    result = base.evaluate(chatty_model(), tiny_tokenizer(), bar, 5)
    assert result.n == 50
    assert all("\n" not in item.reply.text for item in result.graded)


def test_pocket_chat_answers_the_same_questions_in_its_own_format(monkeypatch):
    loaded = []

    def load(folder):
        loaded.append(folder.name)
        return tiny_tokenizer(), chatty_model()

    monkeypatch.setattr(base, "load", load)
    bar = Bar(task="smalltalk", by="pocket-chat", n=50, thinking=True)
    ours = Bar(task="smalltalk", n=50)
    theirs = base.evaluate(None, None, bar, 5)
    mine = base.evaluate(chatty_model(), tiny_tokenizer(), ours, 5)
    assert loaded == ["pocket-chat"]
    examples = [[item.example for item in one.graded] for one in (theirs, mine)]
    assert examples[0] == examples[1]


def test_a_model_that_knows_nothing_is_as_perplexed_as_its_vocabulary_is_large():
    model, tokenizer = tiny_model(), tiny_tokenizer()
    with torch.no_grad():
        model.model.norm.weight.zero_()
    assert figures.perplexity(model, tokenizer, base_recipe(), 1) == pytest.approx(768)


def test_a_draft_agrees_with_itself_and_seldom_with_a_stranger(monkeypatch):
    from utils.tokenizer import train_tokenizer

    tokenizer, model = tiny_tokenizer(), chatty_model()
    monkeypatch.setattr(figures, "load", lambda folder: (tokenizer, model))
    assert figures.drafted(model, tokenizer, base_recipe(), 1) == 1
    assert figures.drafted(chatty_model(seed=7), tokenizer, base_recipe(), 1) < 0.3
    texts = (f"word {chr(97 + i % 26) * (i % 7 + 2)} {i}" for i in range(900))
    other = train_tokenizer(texts, 320)
    with pytest.raises(ValueError, match="other tokens than its draft model"):
        figures.drafted(model, other, base_recipe(), 1)


def test_figures_are_measured_and_held_against_their_limits():
    limits = {"perplexity": Limits(at_most=9), "next_token": Limits(at_least=0)}
    recipe = base_recipe().model_copy(update={"figures": limits})
    found = figures.measure(tiny_model(), tiny_tokenizer(), recipe, 1)
    assert list(found) == ["perplexity", "next_token"]
    assert 0 <= found["next_token"] < 0.1
    [missed] = figures.missed(recipe, found)
    assert missed.startswith("perplexity is ")
    assert figures.missed(recipe, {"perplexity": 9, "next_token": 0.3}) == []


def test_the_card_shows_figures_and_who_else_answered():
    recipe = base_recipe()
    row = {"task": "sums", "by": "pocket-chat", "thinking": True, "right": 9, "n": 50}
    page = card.page(
        recipe,
        {
            "parameters": 1e6,
            "training": {"minutes": 1, "machine": "1 core"},
            "measured_on": "a day",
            "seed": 1,
            "well_formed": 1.0,
            "accuracy": [row],
            "figures": {"perplexity": 3.14159},
            "replies": [],
        },
    )
    assert "| sums (pocket-chat) | on | 18.0% |" in page
    assert "| perplexity of held-out pages | 3.14 |" in page


def test_the_kind_can_be_trained(tmp_path):
    from utils.train import train

    recipe = base_recipe()
    assert kinds.of(recipe) is base
    steps = train(tiny_model(), tiny_tokenizer(), recipe, tmp_path)
    assert steps[-1].loss < 0.8 * steps[0].loss


@pytest.mark.parametrize(("cores", "said"), [(1, "1 {} core"), (4, "4 {} cores")])
def test_the_card_counts_the_cores_that_worked(cores, said, monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: cores)
    assert card._machine() == said.format(platform.machine())
