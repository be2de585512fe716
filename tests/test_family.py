"""The pictures and the table of the whole family say what the data says."""

import pytest

from utils import family, lines, memory, paths, published

pytestmark = pytest.mark.unit

CONFIGS = sorted(file.stem for file in paths.CONFIGS.glob("*.json"))


@pytest.fixture
def alts(monkeypatch) -> list[str]:
    """The texts of the figures that were shown."""
    said: list[str] = []
    monkeypatch.setattr("utils.show.figure", lambda picture, alt: said.append(alt))
    return said


def test_the_timeline_has_every_line_at_its_first_release(alts):
    family.timeline()
    [said] = alts
    for name, first in family.releases().items():
        assert f"{name} {first.released[:4]}" in said, name
        rows = published.checkpoints(name).values()
        assert first.released == min(row.released for row in rows)
    assert said.startswith("First open weights of each line. language: Qwen 2023-08")
    assert {line.lane for line in lines.table().lines.values()} <= {
        word.strip(":;.") for word in said.split()
    }


def test_labels_of_a_lane_do_not_run_into_each_other():
    drawn: list[tuple[float, float, str]] = []

    class Axes:
        def plot(self, day, y, *style, **more):
            self.at = (day.toordinal(), y)

        def annotate(self, name, *place, **style):
            drawn.append((*self.at, name))

    lane = [
        (name, *family._day(row))
        for name, row in family.releases().items()
        if lines.table().lines[name].lane == "language"
    ]
    family._draw_lane(Axes(), 0, lane, "black")
    for day, y, name in drawn:
        after = [d for d, other, _ in drawn if other == y and d > day]
        assert min(after, default=10**9) - day >= family.DAYS_PER_LETTER * len(name)


@pytest.mark.parametrize("name", CONFIGS)
def test_the_parts_of_every_config_sum_to_the_whole(name):
    import torch
    import transformers

    config = memory.read_config(f"Qwen/{name}")
    with torch.device("meta"):
        model = getattr(transformers, config.architectures[0])(config)
    model.tie_weights()
    counted = memory.count_parameters(f"Qwen/{name}")
    assert counted.total == sum(weight.numel() for weight in model.parameters())
    assert "other" not in counted.parts
    shares = family._shares(counted)
    assert sum(shares.values()) == pytest.approx(100)
    assert all(share >= 0 for share in shares.values())
    assert shares["rest"] < 1  # norms and routers: nothing large is left undrawn


def test_bars_of_the_composition_are_told(alts):
    names = ["Qwen3-0.6B", "Qwen3-30B-A3B"]
    family.composition({n: memory.count_parameters(f"Qwen/{n}") for n in names})
    assert alts == [
        "Where the parameters are. Qwen3-0.6B: embedding 26 %, attention 30 %, "
        "MLP 44 %; Qwen3-30B-A3B: embedding 2 %, attention 3 %, experts 95 %."
    ]


def test_the_matrix_has_a_row_for_every_line_and_its_sources():
    text = family.matrix()
    rows = [line for line in text.splitlines() if line.startswith("| Qwen")]
    rows += [line for line in text.splitlines() if line.startswith(("| QwQ", "| QVQ"))]
    assert len(rows) == len(published.families())
    assert "| Qwen3-2507 | 2025-07 | 4B, 31B (3.4B active), 235B (22B active) |" in text
    assert "2.4T (95B active)" in text
    assert "262,144, extended to 1,010,000" in text
    urls = {row.source.url for row in published.checkpoints().values()}
    assert all(url in text for url in urls)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(2_886_400, "2.9M"), (596_049_920, "0.6B"), (235e9, "235B"), (2.4e12, "2.4T")],
)
def test_counts_read_as_names_do(count, shown):
    assert family._billions(count) == shown
