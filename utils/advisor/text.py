"""Says an advice in Markdown: the shortlist, what was left out and why."""

from collections import defaultdict
from typing import TYPE_CHECKING

from utils import lines, profiles
from utils.memory import readable

if TYPE_CHECKING:
    from utils.advisor.need import Need
    from utils.advisor.ranking import Advice, Exclusion

EXAMPLES = 3  # checkpoints named for each reason
HEAD = ("rank", "checkpoint", "needs", "why this rank")


def markdown(advice: "Advice") -> str:
    """The whole answer; every exclusion is in `advice.excluded`."""
    said = [f"**{_asked(advice.need)}**", ""]
    if advice.ranked:
        said += [f"| {' | '.join(HEAD)} |", "|---|---|---|---|"]
        for rank, pick in enumerate(advice.shortlist, 1):
            size = readable(pick.fit.needs.total)
            also = advice.twins(pick)
            twins = f" (same size: {', '.join(also)})" if also else ""
            cells = (str(rank), f"`{pick.fit.label}`{twins}", size, pick.reason)
            said.append(f"| {' | '.join(cells)} |")
        note = lines.table().tasks[advice.need.task].note
        said += ["", f"Note: {note}."] if note else []
    else:
        said.append("Nothing in the table meets all of this.")
    said += ["", advice.would_help] if advice.would_help else []
    return "\n".join([*said, "", *_left_out(list(advice.excluded.values()))])


def _asked(need: "Need") -> str:
    room = profiles.profiles()[need.hardware].memory_gib
    parts = [
        f"{need.task} on {need.hardware} ({room:g} GiB)",
        ", ".join(need.languages),
        f"{need.license} use" if need.license != "unrestricted" else "no restriction",
        f"{need.context:,} tokens",
    ]
    if need.speed:
        parts.append(f"at least {need.speed:g} tokens per second")
    return " · ".join(parts)


def _left_out(excluded: list["Exclusion"]) -> list[str]:
    """One line a rule: how many it left out, and its reason for the newest of them."""
    by_rule: dict[str, list[Exclusion]] = defaultdict(list)
    for one in excluded:
        by_rule[one.rule].append(one)
    said = [f"{len(excluded)} left out:", ""]
    for rule, group in by_rule.items():
        newest = sorted(group, key=lambda one: one.row.released, reverse=True)
        reasons = {one.reason: one for one in reversed(newest)}  # one for each reason
        shown = list(reversed(reasons.values()))[:EXAMPLES]
        named = "; ".join(f"{one.row.name}, {one.reason}" for one in shown)
        said.append(f"- {rule}: {len(group)}, such as {named}")
    return said


def sources() -> str:
    """Where the rules and lists come from, as Markdown links."""
    cited = lines.table().sources.values()
    return ", ".join(f"[{one.title}]({one.url})" for one in cited)
