"""Extraction: valid JSON, values that the sentence holds, names that nobody trained."""

import datetime
import json
import re
from itertools import combinations

import pytest
import yaml

from utils.tasks import TASKS, draw
from utils.tasks.extraction import DATA, DATE_STYLES, KEYS, _date_parts

pytestmark = pytest.mark.unit

SPLITS = ("train", "dev", "test")
TASK = TASKS["extraction"]
FORMATS = ("%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y", "%Y-%m-%d")


def read_date(text: str) -> datetime.date:
    """The date as the standard library reads it."""
    plain = re.sub(r"(\d)(st|nd|rd|th)\b", r"\1", text)
    plain = plain.removeprefix("the ").replace(" of ", " ")
    for style in FORMATS:
        try:
            return datetime.datetime.strptime(plain, style).date()
        except ValueError:
            continue
    raise AssertionError(text)


@pytest.mark.parametrize("split", SPLITS)
def test_what_is_extracted_stands_in_the_sentence(split):
    for example in draw(TASK, 500, 2, split):
        values = json.loads(example.reply)
        text = example.messages[-1]["content"]
        assert tuple(values) == KEYS
        assert values["name"] in text
        said = example.thought.split(" is ")[0]
        assert said.lower() in text.lower()
        assert read_date(said).isoformat() == values["date"]
        amounts = re.findall(r"\d[\d,]*(?:\.\d\d)?", text)
        assert values["amount"] in [float(a.replace(",", "")) for a in amounts]


def test_every_way_to_write_a_date_means_that_day():
    for offset in range(0, 800, 3):
        day = datetime.date(2023, 1, 1) + datetime.timedelta(days=offset)
        for style in DATE_STYLES:
            assert read_date(style.format(**_date_parts(day))) == day


def test_splits_share_no_person_and_tests_have_wordings_of_their_own():
    people = {
        split: {json.loads(e.reply)["name"] for e in draw(TASK, 800, 1, split)}
        for split in SPLITS
    }
    data = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    for one, other in combinations(SPLITS, 2):
        assert not people[one] & people[other]
        for key in ("sentences", "asks", "rules"):
            assert not set(data[key][one]) & set(data[key][other])
    assert not set(data["asks"]["more"]) & {*data["asks"]["dev"], *data["asks"]["test"]}
    held_out = [ask.split("{")[0] for ask in data["asks"]["test"]]
    texts = [e.messages[-1]["content"] for e in draw(TASK, 500, 1)]
    assert sum(any(mark in text for mark in held_out) for text in texts) > 150


def test_sentences_put_together_are_rarely_the_same():
    def openings(task) -> set[str]:
        texts = [e.messages[-1]["content"] for e in draw(task, 1500, 5, "train")]
        return {re.sub(r"[\d,.]+", "0", text)[:24] for text in texts}

    assert len(openings(TASK)) > len(openings(TASKS["extraction-few"]))


def test_the_grader_compares_values_and_wants_json_alone():
    for example in draw(TASK, 100, 3):
        values = json.loads(example.reply)
        assert TASK.grade(example, json.dumps(values))
        assert TASK.grade(example, json.dumps(values, indent=2))
        assert TASK.grade(example, json.dumps(dict(reversed(values.items()))))
        wrong = [
            json.dumps(values | {"name": values["name"][:-1]}),
            json.dumps(values | {"date": "2001-13-01"}),
            json.dumps(values | {"amount": values["amount"] + 1}),
            json.dumps(values | {"amount": str(values["amount"])}),
            json.dumps(values | {"currency": "euros"}),
            json.dumps({key: values[key] for key in KEYS[:2]}),
            json.dumps([values]),
            f"Here it is: {example.reply}",
            example.reply.replace('"', "'"),
            example.reply[:-1],
        ]
        assert not [reply for reply in wrong if TASK.grade(example, reply)]
