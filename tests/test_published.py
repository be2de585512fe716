"""The table of checkpoints: complete, consistent, counted, and honest about gaps."""

import re

import pytest
import yaml

from course.facts import checkpoints as lesson_view
from course.facts import figure
from utils import memory, paths, published
from utils.errors import UnknownModelError
from utils.memory.configs import TEXT_TYPES, derived_config
from utils.published import PublishedCheckpoint

pytestmark = pytest.mark.unit

ROWS = published.checkpoints()
CONFIGS = sorted(file.stem for file in paths.CONFIGS.glob("*.json"))
GENERATIONS = "Qwen Qwen1.5 Qwen2 Qwen2.5 Qwen3 Qwen3.5 Qwen3.6 Qwen3.8".split()


def sizes(row: PublishedCheckpoint) -> tuple:
    """What makes two checkpoints one architecture."""
    fields = published.Shape.model_fields
    return (*(getattr(row, name) for name in fields), row.kind == "embedding")


# One checkpoint per architecture that is described in full.
DESCRIBED = {
    sizes(row): repo
    for repo, row in ROWS.items()
    if row.model_type in TEXT_TYPES and row.layers
}.values()


def test_every_generation_is_there():
    assert len(ROWS) >= 175
    assert [name for name in published.families() if name in GENERATIONS] == GENERATIONS
    first = [min(row.released for row in rows(name)) for name in GENERATIONS]
    assert first == sorted(first)
    assert first[0] == "2023-08-03"
    assert max(row.released for row in ROWS.values()) == "2026-08-26"


def rows(family: str) -> list[PublishedCheckpoint]:
    return list(published.checkpoints(family).values())


def test_ids_are_unique_and_names_say_the_family():
    text = published.TABLE.read_text("utf-8")
    ids = re.findall(r"^ +(Qwen/[\w.-]+): ", text, re.MULTILINE)
    assert len(ids) == len(set(ids)) == len(ROWS)
    for row in ROWS.values():
        stem = row.family.removesuffix("-2507").removesuffix("-1M")
        assert stem.split("-")[0] in row.name


def test_nothing_in_the_table_is_unused():
    table = yaml.safe_load(published.TABLE.read_text("utf-8"))
    groups = table["families"].values()
    cells = list(groups) + [
        row for group in groups for row in group["checkpoints"].values()
    ]
    for section, cell in (
        ("shapes", "shape"),
        ("sources", "source"),
        ("licenses", "license"),
    ):
        assert {row.get(cell) for row in cells} - {None} == set(table[section]), section


def test_licenses_are_known_and_the_exceptions_marked():
    for row in ROWS.values():
        assert row.license is None or row.license in published.licenses()
    free = published.licenses()[ROWS["Qwen/Qwen2.5-1.5B"].license]
    bound = published.licenses()[ROWS["Qwen/Qwen2.5-3B"].license]
    assert (free.commercial, bound.commercial) == ("yes", "no")


def test_sizes_agree_with_the_name():
    """The number of billions in a name, against the count (or what it rounds)."""
    for row in ROWS.values():
        said = re.search(r"(?<![\w.])(\d+(?:\.\d+)?)([BT])", row.name)
        if said is None or row.total is None or "Next" in row.name:
            continue
        count = float(said[1]) * published.UNITS[said[2]]
        # small towers weigh much beside small models
        room = 0.3 if len(row.inputs) > 1 else 0.16
        assert row.total == pytest.approx(count, rel=room), row.repo


def test_contexts_and_experts_are_in_order():
    for row in ROWS.values():
        if row.context and row.context_extended:
            assert row.context < row.context_extended, row.repo
        assert bool(row.experts) == bool(row.expert_ffn) == bool(row.experts_per_token)
        assert bool(row.experts) == ("moe" in row.model_type or bool(row.active))
        if row.attention_layers:
            assert row.attention_layers * 4 == row.layers, row.repo
        if row.non_embedding and row.vocab and row.hidden:
            table = row.vocab * row.hidden * (1 if row.tied else 2)
            assert row.total - row.non_embedding == table, row.repo


@pytest.mark.parametrize("name", CONFIGS)
def test_the_config_counts_what_is_published(name):
    row = ROWS[f"Qwen/{name}"]
    counted = memory.count_parameters(paths.CONFIGS / f"{name}.json")
    assert counted.total == pytest.approx(row.total, rel=0.01)
    if row.active:
        rounded = 0.15 if "active" in row.rounded else 0.01
        assert counted.active == pytest.approx(row.active, rel=rounded)
    towers = counted.parts.get("vision", 0)
    if row.text_total:
        assert counted.total - towers == row.text_total
    assert "other" not in counted.parts


@pytest.mark.parametrize("name", CONFIGS)
def test_the_config_has_the_sizes_of_the_table(name):
    row = ROWS[f"Qwen/{name}"]
    config = memory.read_config(row.repo)
    text = config.get_text_config()
    assert config.model_type == row.model_type
    assert text.num_hidden_layers == row.layers
    assert text.hidden_size == row.hidden
    assert text.num_attention_heads == row.heads
    assert text.num_key_value_heads == row.kv_heads
    assert text.head_dim == row.head_dim
    assert text.vocab_size == row.vocab
    assert config.tie_word_embeddings == row.tied
    assert getattr(text, "num_experts", None) == row.experts
    linear = getattr(text, "linear_num_value_heads", None)
    assert linear == row.linear_value_heads


@pytest.mark.parametrize("repo", DESCRIBED)
def test_the_sizes_of_the_table_make_the_published_count(repo):
    """Without the config: text models count exactly, others leave a plausible tower."""
    row = ROWS[repo]
    counted = memory.count_parameters(derived_config(repo))
    if row.text_total:
        assert counted.total == row.text_total
    elif row.inputs != ("text",):
        assert 0.3e9 < row.total - counted.total < 0.75e9
    elif "total" in row.rounded or not row.verified("total"):
        assert counted.total == pytest.approx(row.total, rel=0.11)
    else:
        assert counted.total == row.total
    if row.non_embedding:
        assert counted.without_embedding == row.non_embedding
    if row.active and "active" not in row.rounded:
        assert counted.active == row.active


def by_name(name: str) -> PublishedCheckpoint:
    """The row of a figure's short name, which may leave out "-Instruct"."""
    return ROWS.get(f"Qwen/{name}") or ROWS[f"Qwen/{name}-Instruct"]


@pytest.mark.parametrize("cell", ["total", "non_embedding", "active"])
def test_counts_agree_with_the_figures(cell):
    for name, count in figure(f"parameters.{cell}").value.items():
        assert getattr(by_name(name), cell) == count, name


def test_dates_and_contexts_agree_with_the_figures():
    for family, day in figure("released").value.items():
        assert min(row.released for row in rows(family)) == str(day), family
    for name, tokens in figure("context.native").value.items():
        known = rows(name) if name in published.families() else [by_name(name)]
        assert {row.context for row in known} == {tokens}, name


def test_gaps_are_marked_and_nothing_else_is():
    assert not ROWS["Qwen/Qwen3-8B"].unverified
    speech = ROWS["Qwen/Qwen3-ASR-1.7B"]
    assert not speech.verified("license")
    assert not speech.verified("layers")
    assert speech.verified("kind")
    borrowed = ROWS["Qwen/Qwen2-Math-7B"]
    assert borrowed.layers == 28
    assert not borrowed.verified("layers")


@pytest.mark.parametrize("name", ["Qwen/Qwen3-8", "pocket-chat"])
def test_an_unknown_checkpoint_is_refused(name):
    with pytest.raises(UnknownModelError, match="has no checkpoint"):
        published.checkpoint(name)
    with pytest.raises(UnknownModelError, match=r"Qwen1\.5"):
        published.checkpoints("Qwen0")


def test_a_lesson_shows_rows_with_their_gaps_and_sources():
    omni = lesson_view.checkpoints("Qwen3-Omni").values()
    text = lesson_view.table(omni, ["released", "total", "tied", "inputs", "note"])
    assert "| 2025-09-22 (unverified) | about 30,000,000,000 | unknown |" in text
    assert "text, image, audio" in text
    assert text.count("](https://") == 1
    dense = lesson_view.table([lesson_view.checkpoint("Qwen/Qwen3-8B")], ["active"])
    assert "| Qwen3-8B | - |" in dense


GOOD = {
    "shapes": {
        "small": {"model_type": "qwen3", "total": 600, "layers": 2, "hidden": 8}
        | {"heads": 4, "kv_heads": 2, "head_dim": 2, "vocab": 16, "tied": True}
    },
    "sources": {"card": {"title": "a card", "url": "https://a.b"}},
    "families": {
        "Qwen3": {
            "source": "card",
            "released": "2025-04",
            "license": "apache-2.0",
            "context": 32,
            "thinking": "none",
            "tools": "none",
            "inputs": ["text"],
            "checkpoints": {"Qwen/Qwen3-1B": {"shape": "small", "kind": "chat"}},
        }
    },
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kv_heads": 3}, "shared out"),
        ({"active": 700}, "more parameters are active"),
        ({"tied": None}, "empty, not unverified: tied"),
        ({"unverified": ["colour"]}, "names no cell: colour"),
        ({"released": "April"}, "no date"),
        ({"released": "2025-13"}, "month must be in"),
        ({"kind": "poet"}, "kind"),
        ({"experts": 2, "experts_per_token": 3}, "more experts"),
        ({"color": "red"}, "color"),
    ],
)
def test_a_slip_in_the_table_is_named(tmp_path, change, words):
    path = tmp_path / "checkpoints.yml"
    path.write_text(yaml.safe_dump(GOOD), "utf-8")
    assert list(published.read(path)) == ["Qwen/Qwen3-1B"]
    row = {"shape": "small", "kind": "chat"} | change
    family = GOOD["families"]["Qwen3"] | {"checkpoints": {"Qwen/Qwen3-1B": row}}
    path = tmp_path / "broken.yml"
    path.write_text(yaml.safe_dump(GOOD | {"families": {"Qwen3": family}}), "utf-8")
    with pytest.raises(published.TableError, match=words):
        published.read(path)
