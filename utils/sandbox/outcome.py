"""What may be asked of the sandbox, and what it says about a snippet."""

from dataclasses import dataclass
from typing import Literal

MIB = 1024**2
_LEAST_MEMORY = 64 * MIB  # the interpreter alone needs about half of it

Status = Literal[
    "ok", "error", "exit", "timeout", "memory", "disk", "output", "crashed"
]
MEANING: dict[Status, str] = {
    "ok": "reached its end",
    "error": "raised an exception",
    "exit": "left early, with sys.exit or os._exit",
    "timeout": "took too long and was stopped",
    "memory": "wanted more memory than allowed",
    "disk": "wrote more to its folder than allowed",
    "output": "printed more than allowed and was stopped",
    "crashed": "was ended by a signal, such as a segmentation fault",
}


class SandboxError(Exception):
    """The snippet was not run; the text says why and what to do next."""


class WeakIsolationError(SandboxError):
    """This system cannot keep a program from files and network."""


@dataclass(frozen=True)
class Limits:
    """What one snippet may use."""

    timeout: float = 5.0  # seconds, waiting included
    memory: int = 256 * MIB  # bytes of address space, the interpreter's included
    disk: int = 16 * MIB  # bytes in its folder
    output: int = 64 * 1024  # bytes to stdout, and as many to stderr

    def __post_init__(self) -> None:
        sizes = (self.memory, self.disk, self.output)
        if not all(isinstance(size, int) for size in sizes):
            raise ValueError("Give memory, disk and output as whole numbers of bytes.")
        if self.timeout <= 0 or self.disk <= 0 or self.output <= 0:
            raise ValueError("The limits timeout, disk and output must be above zero.")
        if self.memory < _LEAST_MEMORY:
            raise ValueError(
                f"Give a snippet at least {_LEAST_MEMORY // MIB} MiB of memory: the "
                "interpreter itself needs half of that."
            )


@dataclass(frozen=True)
class Outcome:
    """How a snippet ended, and what it left.

    A program can lie about itself: what it prints is its own word. Where that matters,
    compare its output outside instead of letting it judge itself.
    """

    status: Status
    stdout: str
    stderr: str
    value: str | None  # `repr` of its last expression, if that is not None
    exit_code: int | None  # minus the signal's number if one ended it
    seconds: float  # from its start to its removal
    peak_memory: int  # bytes resident, the interpreter's own included
    layers: tuple[str, ...]  # what held it

    @property
    def ok(self) -> bool:
        """Whether it ran to its end."""
        return self.status == "ok"

    def __str__(self) -> str:
        text = f"{self.status} after {self.seconds:.2f} s: {MEANING[self.status]}"
        last = self.stderr.strip().rpartition("\n")[2]
        raised = last and self.status in ("error", "memory", "disk")
        return f"{text}: {last}" if raised else text
