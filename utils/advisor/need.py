"""What somebody needs from a model, checked against what the table knows."""

from dataclasses import dataclass
from typing import Literal, get_args

from utils import lines
from utils.errors import ModelError
from utils.memory.fitting import LENGTH

License = Literal["any", "commercial", "unrestricted"]


class NeedError(ModelError):
    """The need names something that the advisor does not know."""


@dataclass(frozen=True)
class Need:
    """What somebody needs.

    `license`: "any" use, "commercial" use, or a license that restricts no use.
    `speed`: tokens per second that one reader wants at least; 0 if it does not matter.
    `context`: tokens of prompt and reply together.
    """

    task: str = "chat"
    hardware: str = "laptop"
    languages: tuple[str, ...] = ("English",)
    license: License = "any"
    speed: float = 0
    context: int = LENGTH

    def __post_init__(self) -> None:
        table = lines.table()
        _among("task", self.task, table.tasks)
        _among("hardware", self.hardware, table.hardware)
        _among("license", self.license, get_args(License))
        for name in self.languages:
            if name not in table.known_languages():
                raise NeedError(
                    f"No line names the language {name!r}: check the spelling (English "
                    "names, such as Swahili), or ask the advisor for a related one."
                )


def _among(what: str, value: str, known: object) -> None:
    if value not in known:
        raise NeedError(
            f"There is no {what} {value!r}: take one of {', '.join(known)}."
        )
