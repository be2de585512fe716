"""The questions that a checkpoint must pass, in their order; the first no counts."""

from collections.abc import Callable
from typing import Literal

from utils import lines, memory, profiles, published
from utils.advisor.need import Need
from utils.advisor.size import speed_limit
from utils.errors import ModelError
from utils.memory.fitting import ROOM
from utils.memory.parameters import NF4_BYTES
from utils.published import PublishedCheckpoint

Rule = Literal["task", "license", "language", "context", "loading", "memory", "speed"]


def first_failure(row: PublishedCheckpoint, need: Need) -> tuple[Rule, str] | None:
    """The rule that leaves a checkpoint out and its reason; None if it passes all."""
    for rule, question in QUESTIONS.items():
        if reason := question(row, need):
            return rule, reason
    return None


# Each question answers with the reason for a no, or "".


def _task(row: PublishedCheckpoint, need: Need) -> str:
    task = lines.table().tasks[need.task]
    made_for = lines.table().lines[row.family].made_for
    if missing := [name for name in task.inputs if name not in row.inputs]:
        return f"it takes no {' and no '.join(missing)}"
    if row.kind not in task.kinds:
        article = "an" if row.kind[0] in "aeiou" else "a"
        return f"it is {article} {row.kind} model"
    if made_for and need.task not in made_for:
        return f"it is made for {made_for[0]}"
    if task.tools and row.tools not in ("hermes", "xml"):
        return "its chat template has no function calls"
    return ""


def _license(row: PublishedCheckpoint, need: Need) -> str:
    if need.license == "any":
        return ""
    if row.license is None:
        return "its license was not found: read its model card"
    use = published.licenses()[row.license].commercial
    allowed = {"commercial": ("yes", "limited"), "unrestricted": ("yes",)}
    if use in allowed[need.license]:
        return ""
    return f"its license is {row.license}: {published.licenses()[row.license].terms}"


def _language(row: PublishedCheckpoint, need: Need) -> str:
    spoken = lines.table().spoken(row.family)
    missing = [name for name in need.languages if name not in spoken]
    return f"{' and '.join(missing)} not among its named languages" if missing else ""


def _context(row: PublishedCheckpoint, need: Need) -> str:
    longest = row.context_extended or row.context
    if longest and longest >= need.context:
        return ""
    return (
        f"it reads {longest:,} tokens at most" if longest else "its context is unknown"
    )


def _loading(row: PublishedCheckpoint, need: Need) -> str:
    if row.remote_code:
        return "loading it would run code from its repository"
    try:
        memory.read_config(row.repo)
    except ModelError:
        return "its sizes are not published, so nobody can say whether it fits"
    return ""


def needs_memory(row: PublishedCheckpoint, need: Need) -> str:
    """Why a checkpoint does not fit the hardware with a tenth of it free, or ""."""
    room = profiles.profiles()[need.hardware].memory_gib
    least = (row.total or 0) * NF4_BYTES / 2**30
    if least > room and not row.experts:  # whose weights stay in 16 bits
        return f"{least:,.0f} GiB of weights even in 4 bits; {room:g} GiB are there"
    fit = memory.placed(row.repo, need.hardware, length=need.context)
    if fit.share <= ROOM:
        return ""
    return f"needs {memory.readable(fit.needs.total)} and room; {room:g} GiB are there"


def too_slow(row: PublishedCheckpoint, need: Need) -> str:
    """Why a checkpoint cannot be as fast as is asked for, or ""."""
    if not need.speed or row.kind != "chat":
        return ""
    if row.thinking in ("always", "effort"):
        return "it always thinks before it answers"
    fit = memory.placed(row.repo, need.hardware, length=need.context)
    limit = speed_limit(fit)
    return "" if limit >= need.speed else f"at most {limit:.1f} tokens per second"


QUESTIONS: dict[Rule, Callable[[PublishedCheckpoint, Need], str]] = {
    "task": _task,
    "license": _license,
    "language": _language,
    "context": _context,
    "loading": _loading,
    "memory": needs_memory,
    "speed": too_slow,
}
