"""Reads a lesson's quiz and shows it: with buttons, or whole as text."""

import html
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from course import content

WIDGET = "application/vnd.jupyter.widget-view+json"


class Choice(BaseModel):
    """A possible answer, and why it is right or wrong."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    why: str


class Question(BaseModel):
    """A question with one right choice; `answer` counts from 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str
    choices: list[Choice] = Field(min_length=2)
    answer: int = Field(ge=1)

    @model_validator(mode="after")
    def _answer_is_a_choice(self) -> "Question":
        if self.answer > len(self.choices):
            raise ValueError(f"answer {self.answer} is not one of the choices")
        if len({choice.text for choice in self.choices}) < len(self.choices):
            raise ValueError("two choices read alike")
        return self


def load(slug: str) -> list[Question]:
    """A lesson's questions.

    Raises FileNotFoundError where there is no quiz, pydantic's ValidationError where it
    is malformed.
    """
    path = content.folder("quizzes") / f"{content.short(slug)}.yml"
    entries = yaml.safe_load(path.read_text("utf-8"))
    return [Question.model_validate(entry) for entry in entries]


def as_html(questions: list[Question]) -> str:
    """The quiz whole: questions, choices, and the answers folded away."""
    return "".join(_html(n, one) for n, one in enumerate(questions, 1))


def as_text(questions: list[Question]) -> str:
    """The quiz for a terminal or a screen reader; the answers at the end."""
    lines, answers = [], ["Answers:"]
    for number, one in enumerate(questions, 1):
        lines.append(f"Question {number}. {one.question}")
        for letter, choice in zip("abcdefgh", one.choices, strict=False):
            lines.append(f"  {letter}) {choice.text}")
        right = one.choices[one.answer - 1]
        answers.append(f"{number} {'abcdefgh'[one.answer - 1]}: {right.why}")
    return "\n".join([*lines, *answers])


def widget(questions: list[Question], finished) -> Any:
    """The quiz with buttons; `finished(right, total)` is called at the last answer.

    Raises ImportError without ipywidgets.
    """
    import ipywidgets

    first: dict[int, bool] = {}  # question -> whether the first try was right

    def answered(number: int, right: bool) -> None:
        first.setdefault(number, right)
        if len(first) == len(questions):
            finished(sum(first.values()), len(questions))

    return ipywidgets.VBox(
        [_question_widget(n, one, answered) for n, one in enumerate(questions, 1)]
    )


def _question_widget(number: int, one: Question, answered) -> Any:
    import ipywidgets

    title = ipywidgets.HTML(f"<b>{number}. {html.escape(one.question)}</b>")
    wide = ipywidgets.Layout(width="auto")
    texts = [choice.text for choice in one.choices]
    buttons = ipywidgets.RadioButtons(options=texts, value=None, layout=wide)
    feedback = ipywidgets.HTML()

    def chosen(change: dict) -> None:
        index = texts.index(change["new"])
        right = index == one.answer - 1
        lead = "✓" if right else "✗ Not quite:"
        why = html.escape(one.choices[index].why)
        feedback.value = f'<div role="status">{lead} {why}</div>'
        answered(number, right)

    buttons.observe(chosen, "value")
    return ipywidgets.VBox([title, buttons, feedback])


def _html(number: int, one: Question) -> str:
    items = "".join(f"<li>{html.escape(c.text)}</li>" for c in one.choices)
    reasons = "".join(
        f"<li>{'<b>Right.</b>' if n == one.answer else 'Not this one.'} "
        f"{html.escape(c.why)}</li>"
        for n, c in enumerate(one.choices, 1)
    )
    return (
        f"<p><b>{number}. {html.escape(one.question)}</b></p>"
        f'<ol type="a">{items}</ol>'
        f'<details><summary>Answer</summary><ol type="a">{reasons}</ol></details>'
    )
