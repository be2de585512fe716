"""Puts what passes in order and keeps the reason for every rank and exclusion."""

from dataclasses import dataclass, field, replace

from utils import lines, memory, published
from utils.advisor.need import Need
from utils.advisor.rules import Rule, first_failure, needs_memory, too_slow
from utils.advisor.size import counted_size
from utils.memory.fitting import LENGTH, Fit
from utils.published import PublishedCheckpoint

SHORTLIST = 3
# What asks for nothing.
LEAST = {"speed": 0, "languages": (), "license": "any", "context": LENGTH}


@dataclass(frozen=True)
class Pick:
    """A checkpoint that meets the need; `score` is its counted size in parameters."""

    row: PublishedCheckpoint
    fit: Fit
    score: float
    reason: str


@dataclass(frozen=True)
class Exclusion:
    """A checkpoint that does not, the rule that says so, and why."""

    row: PublishedCheckpoint
    rule: Rule
    reason: str


@dataclass(frozen=True)
class Advice:
    """All checkpoints that meet a need, the best first, and all that do not.

    `would_help` is a sentence on what a larger machine, or one wish less, would bring.
    """

    need: Need
    ranked: list[Pick]
    excluded: dict[str, Exclusion] = field(repr=False)
    would_help: str = ""

    @property
    def shortlist(self) -> list[Pick]:
        """The first few, one of each size."""
        firsts: dict[int | None, Pick] = {}
        for pick in self.ranked:
            firsts.setdefault(pick.row.total, pick)
        return list(firsts.values())[:SHORTLIST]

    def twins(self, pick: Pick) -> list[str]:
        """Names of what is ranked behind a pick and has its size."""
        alike = [one.row for one in self.ranked if one.row.total == pick.row.total]
        return [row.name for row in alike if row != pick.row]

    def why_not(self, repo: str) -> str:
        """The reason why a checkpoint was left out, or its rank."""
        if repo in self.excluded:
            return self.excluded[repo].reason
        names = [pick.row.repo for pick in self.ranked]
        if repo not in names:
            published.checkpoint(repo)  # raises, with near misses
        return f"it is not left out: rank {names.index(repo) + 1} of {len(names)}"

    def _repr_markdown_(self) -> str:
        from utils.advisor.text import markdown

        return markdown(self)


def advise(need: Need) -> Advice:
    """Judge every checkpoint of the table by a need and rank those that meet it."""
    ranked, excluded = _sorted_out(need)
    would_help = _more_memory(need, ranked, excluded)
    if not ranked and not would_help:
        would_help = _one_wish_less(need)
    return Advice(need, ranked, excluded, would_help)


def _sorted_out(need: Need) -> tuple[list[Pick], dict[str, Exclusion]]:
    """What meets the need, in order, and what does not, by repository."""
    found = [_judge(row, need) for row in published.checkpoints().values()]
    ranked = [one for one in found if isinstance(one, Pick)]
    excluded = {one.row.repo: one for one in found if isinstance(one, Exclusion)}
    return sorted(_newest(ranked), key=_order), excluded


def _judge(row: PublishedCheckpoint, need: Need) -> Pick | Exclusion:
    """The first rule that a checkpoint fails, or what it is worth."""
    if failed := first_failure(row, need):
        return Exclusion(row, *failed)
    return _pick(row, need)


def _pick(row: PublishedCheckpoint, need: Need) -> Pick:
    fit = memory.placed(row.repo, need.hardware, length=need.context)
    score, said = counted_size(row, need.task)
    return Pick(row, fit, score, f"{said}{_caveat(row, need)}")


def _one_wish_less(need: Need) -> str:
    """The first wish without which there is an answer."""
    for wish, least in LEAST.items():
        ranked, _ = _sorted_out(replace(need, **{wish: least}))
        if ranked:
            return f"Without what is asked of {wish}, {ranked[0].fit.label} would lead."
    return ""


def _newest(picks: list[Pick]) -> list[Pick]:
    """Newest first, and by name within a day."""
    by_name = sorted(picks, key=lambda pick: pick.row.repo)
    return sorted(by_name, key=lambda pick: pick.row.released, reverse=True)


def _order(pick: Pick) -> tuple[float, int]:
    """Largest first; of equals that which takes nothing but what is asked for."""
    return -pick.score, len(pick.row.inputs)


def _caveat(row: PublishedCheckpoint, need: Need) -> str:
    """What to look up before relying on it."""
    if need.license == "any":
        return ""
    if not row.verified("license"):
        return f"; {row.license} by its family: check its card"
    terms = published.licenses()[row.license]
    return f"; license {row.license}: {terms.terms}" * (terms.commercial == "limited")


def _more_memory(need: Need, ranked: list, excluded: dict) -> str:
    """What the smallest larger machine that changes the answer would bring."""
    best = ranked[0].score if ranked else 0
    order = list(lines.table().hardware)
    largest = replace(need, hardware=order[-1])
    waiting = [
        _pick(one.row, largest)
        for one in excluded.values()
        if one.rule == "memory" and not too_slow(one.row, largest)
    ]
    waiting = [
        pick for pick in sorted(_newest(waiting), key=_order) if pick.score > best
    ]
    for larger in order[order.index(need.hardware) + 1 :]:
        other = replace(need, hardware=larger)
        for row in (pick.row for pick in waiting):
            if not needs_memory(row, other) and not too_slow(row, other):
                fit = memory.placed(row.repo, larger, length=need.context)
                return f"With {larger}, {fit.label} would lead."
    if waiting:
        fit = min((pick.fit for pick in waiting), key=lambda fit: fit.needs.total)
        size = memory.readable(fit.needs.total)
        return f"Better: {fit.label}, but it needs {size}, more than {order[-1]} has."
    return ""
