"""Reads and checks `course/syllabus.yml`: order, titles, objectives and needs."""

from functools import cached_property
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from course import content

DETAILS = ("promise", "objectives", "minutes", "needs", "roles")
BUILT = ("draft", "complete")


class SyllabusError(Exception):
    """The syllabus cannot be used; the message says where and what to do."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Objective(_Strict):
    """What a learner can do afterward, and the exercise that proves it."""

    text: str
    exercise: str


class Need(_Strict):
    """What a lesson needs under one profile; sizes in GB."""

    ram_gb: float = Field(gt=0)
    disk_gb: float = Field(ge=0)
    download_gb: float = Field(ge=0)
    minutes: float = Field(gt=0)  # of running, not of reading


class Lesson(_Strict):
    """One lesson. Planned ones have a slug and a title only."""

    slug: str = Field(pattern=r"^\d\d_[a-z][a-z0-9_]*$")
    title: str
    status: Literal["planned", "waiting", "draft", "complete"] = "planned"
    promise: str = ""
    minutes: int = 0  # of a learner's time
    roles: list[str] = []
    needs: dict[str, Need] = {}
    objectives: list[Objective] = []

    @model_validator(mode="after")
    def _details_unless_planned(self) -> "Lesson":
        missing = [name for name in DETAILS if not getattr(self, name)]
        if self.status != "planned" and missing:
            raise ValueError(
                f"lesson {self.slug} is {self.status} and lacks {', '.join(missing)}"
            )
        if self.needs and "pocket" not in self.needs:
            raise ValueError(f"lesson {self.slug} lacks what the pocket profile needs")
        return self

    @property
    def number(self) -> int:
        return int(self.slug[:2])

    @property
    def short(self) -> str:
        """The slug without its number: the name of its checks and quiz."""
        return content.short(self.slug)

    @property
    def source(self) -> Path:
        return content.folder("lessons") / f"{self.slug}.py"

    @property
    def notebook(self) -> Path:
        return content.notebooks() / f"{self.slug}.ipynb"

    @property
    def written(self) -> bool:
        """Whether there is a whole lesson, built or waiting."""
        return self.status != "planned" and self.source.is_file()

    @property
    def available(self) -> bool:
        """Whether there is a lesson to build."""
        return self.status in BUILT and self.source.is_file()

    @property
    def unlisted(self) -> str:
        """A sentence where a planned lesson has a source already, else ""."""
        if self.status != "planned" or not self.source.is_file():
            return ""
        return (
            f"{content.relative(self.source)} exists, but course/syllabus.yml says "
            "planned: complete its entry and set status to draft."
        )


class Syllabus(_Strict):
    """The whole course, in order."""

    repository: str = Field(pattern=r"^https://[^\s]+[^/\s]$")
    branch: str = "main"
    lessons: list[Lesson]

    @model_validator(mode="after")
    def _numbered_in_order(self) -> "Syllabus":
        numbers = [lesson.number for lesson in self.lessons]
        if numbers != sorted(set(numbers)):
            raise ValueError("lessons must be listed once each, by rising number")
        return self

    @cached_property
    def available(self) -> list[Lesson]:
        """The lessons that have a source, in order."""
        return [lesson for lesson in self.lessons if lesson.available]

    def select(self, names: list[str]) -> list[Lesson]:
        """The available lessons named by slug, short slug or number; all without names.

        Raises SyllabusError for a name that fits none.
        """
        if not names:
            return self.available
        return [self._one(name) for name in names]

    def _one(self, name: str) -> Lesson:
        wanted = Path(name).stem
        for lesson in self.lessons:
            known = (lesson.slug, lesson.short, lesson.slug[:2], str(lesson.number))
            if wanted in known and lesson.unlisted:
                raise SyllabusError(lesson.unlisted)
            if wanted in known and lesson.available:
                return lesson
        listed = ", ".join(lesson.slug for lesson in self.available)
        raise SyllabusError(f"No lesson {name!r} has a source; there are: {listed}.")

    def colab(self, lesson: Lesson) -> str:
        """Where Google Colab opens a lesson's notebook."""
        name = self.repository.removeprefix("https://github.com/")
        place = f"{name}/blob/{self.branch}/notebooks/{lesson.slug}.ipynb"
        return f"https://colab.research.google.com/github/{place}"

    def after(self, lesson: Lesson) -> Lesson | None:
        """The next available lesson."""
        later = [one for one in self.available if one.number > lesson.number]
        return later[0] if later else None


def path() -> Path:
    return content.folder("syllabus.yml")


def load() -> Syllabus:
    """The checked syllabus.

    Raises SyllabusError naming the entry when it is malformed.
    """
    try:
        return Syllabus.model_validate(yaml.safe_load(path().read_text("utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise SyllabusError(f"course/syllabus.yml cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SyllabusError(
            f"course/syllabus.yml, {where or 'whole file'}: {first['msg']}."
        ) from error
