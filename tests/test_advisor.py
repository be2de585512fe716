"""The advisor's answers to thirty written needs, and what holds for every answer."""

from dataclasses import replace

import pytest
import yaml

from utils import lines, memory, paths, profiles, published
from utils.advisor import Need, NeedError, advise, counted_size, speed_limit
from utils.errors import UnknownModelError
from utils.memory.fitting import ROOM

pytestmark = pytest.mark.unit

CASES = yaml.safe_load((paths.ROOT / "tests/data/needs.yml").read_text("utf-8"))
RULES = {"task", "license", "language", "context", "loading", "memory", "speed"}


def need_of(case: dict) -> Need:
    given = case["need"]
    spoken = {"languages": tuple(given["languages"])} if "languages" in given else {}
    return Need(**given | spoken)


each = pytest.mark.parametrize("case", CASES, ids=lambda case: case["story"][:40])


def test_there_are_thirty_needs_that_use_every_rule_and_task():
    assert len(CASES) >= 30
    assert {rule for case in CASES for rule, _ in case["out"].values()} == RULES
    assert {need_of(case).task for case in CASES} == set(lines.table().tasks)
    assert {need_of(case).hardware for case in CASES} == set(lines.table().hardware)


@each
def test_a_written_need_gets_its_shortlist_and_its_exclusions(case):
    advice = advise(need_of(case))
    labels = [pick.fit.label.removeprefix("Qwen/") for pick in advice.shortlist]
    assert labels == case["shortlist"]
    assert advice.would_help.replace("Qwen/", "") == case.get("help", "")
    for name, (rule, reason) in case["out"].items():
        found = advice.excluded[f"Qwen/{name}"]
        assert (found.rule, found.reason) == (rule, reason), name


@each
def test_nothing_is_recommended_that_does_not_meet_the_need(case):
    need = need_of(case)
    advice = advise(need)
    room = profiles.profiles()[need.hardware].memory_gib * 2**30
    spoken = lines.table().spoken
    for pick in advice.ranked:
        assert pick.fit.needs.total <= ROOM * room, pick.row.repo
        assert set(need.languages) <= spoken(pick.row.family)
        assert (pick.row.context_extended or pick.row.context) >= need.context
        assert not pick.row.remote_code
        if need.license != "any":
            terms = published.licenses()[pick.row.license]
            assert terms.commercial != "no"
            assert need.license == "commercial" or terms.commercial == "yes"
        if need.speed:
            assert speed_limit(pick.fit) >= need.speed or pick.row.kind != "chat"
        assert pick.reason


@each
def test_every_checkpoint_is_ranked_or_has_its_reason(case):
    advice = advise(need_of(case))
    ranked = {pick.row.repo for pick in advice.ranked}
    assert ranked.isdisjoint(advice.excluded)
    assert ranked | set(advice.excluded) == set(published.checkpoints())
    assert all(one.rule in RULES and one.reason for one in advice.excluded.values())
    scores = [pick.score for pick in advice.ranked]
    assert scores == sorted(scores, reverse=True)


def test_what_would_fit_is_said_and_does():
    need = Need(task="tools", hardware="t4")
    advice = advise(need)
    assert advice.would_help == "With gpu24, Qwen/Qwen3.8-27B in nf4 would lead."
    larger = advise(replace(need, hardware="gpu24"))
    assert larger.shortlist[0].fit.label == "Qwen/Qwen3.8-27B in nf4"


def test_sizes_are_counted_by_the_stated_rules():
    rows = published.checkpoints()
    dense, said = counted_size(rows["Qwen/Qwen3-8B"], "chat")
    assert dense == 8_190_735_360 * 2**4
    assert said == "8.19B parameters, 4 generations after Qwen"
    assert counted_size(rows["Qwen/Qwen3-8B"], "math")[0] == 2 * dense
    experts, said = counted_size(rows["Qwen/Qwen3-30B-A3B"], "chat")
    assert experts == 5 * 3_353_032_704 * 2**4
    assert "3.35B active count as 16.8B" in said
    coder = rows["Qwen/Qwen2.5-Coder-7B-Instruct"]
    assert counted_size(coder, "code")[0] == 7_615_616_512 * 2**4
    # what sees does not count: the language model inside is Qwen3-8B
    assert counted_size(rows["Qwen/Qwen3-VL-8B-Instruct"], "images")[0] == dense


def test_speed_is_bound_by_the_weights_that_a_token_reads():
    fit = memory.placed("Qwen/Qwen3-8B", "gpu80")
    read = 2 * (8_190_735_360 - 151_936 * 4096)
    assert speed_limit(fit) == pytest.approx(3350e9 / read)
    # the makers' measurement on a GPU of the same class stays below
    assert speed_limit(fit) > 45.32
    sparse = memory.placed("Qwen/Qwen3-30B-A3B", "gpu80")
    assert speed_limit(sparse) > 2 * speed_limit(fit)


def test_of_checkpoints_of_one_size_the_shortlist_names_one():
    advice = advise(Need(task="images", hardware="gpu24"))
    first = advice.shortlist[0]
    assert first.row.name == "Qwen3.8-27B"
    assert advice.twins(first) == ["Qwen3.6-27B", "Qwen3.5-27B"]


def test_a_checkpoint_can_be_asked_after():
    advice = advise(Need(license="commercial"))
    assert "qwen-research" in advice.why_not("Qwen/Qwen2.5-3B-Instruct")
    assert "rank 1 of" in advice.why_not(advice.ranked[0].row.repo)
    with pytest.raises(UnknownModelError, match="Did you mean"):
        advice.why_not("Qwen/Qwen3-8")


def test_the_answer_is_readable():
    text = advise(Need(languages=("Swahili",), license="commercial"))._repr_markdown_()
    assert "| 1 | `Qwen/Qwen3.5-9B in nf4` |" in text
    assert "- language: " in text
    assert "Swahili not among its named languages" in text
    nothing = advise(Need(task="audio", languages=("Korean",)))._repr_markdown_()
    assert "Nothing in the table meets all of this." in nothing
    assert "Without what is asked of languages, Qwen/Qwen2-Audio-7B-Instruct" in nothing


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"task": "cooking"}, "There is no task 'cooking': take one of chat"),
        ({"hardware": "phone"}, "There is no hardware 'phone'"),
        ({"license": "free"}, "There is no license 'free'"),
        ({"languages": ("Klingon",)}, "No line names the language 'Klingon'"),
    ],
)
def test_an_unknown_need_is_refused(wrong, words):
    with pytest.raises(NeedError, match=words):
        Need(**wrong)


def test_every_family_has_a_line_and_every_list_a_source():
    table = lines.table()
    assert set(table.lines) == set(published.families())
    assert set(table.hardware) == set(profiles.profiles()) - {"pocket"}
    assert len(table.spoken("Qwen2")) == 29
    assert len(table.languages["qwen3"].names) >= 119
    assert table.spoken("Qwen3.5") == table.spoken("Qwen3")
    used = {line.languages for line in table.lines.values()}
    assert used == set(table.languages)
