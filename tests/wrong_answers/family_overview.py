"""Typical wrong answers to lesson 01, each with a part of the feedback it must get."""

from types import SimpleNamespace

from course.facts.checkpoints import licenses
from utils.advisor import Need, advise

RIGHT_NEED = {
    "task": "images",
    "hardware": "gpu24",
    "languages": ("Hindi", "English"),
    "license": "commercial",
    "speed": 20,
}


def _need(**changed) -> Need:
    return Need(**RIGHT_NEED | changed)


def _table(config):
    return config.vocab_size * config.hidden_size


def _by_terms(*allowed):
    def usable(rows):
        known = [row for row in rows if row.license]
        return [r.name for r in known if licenses()[r.license].commercial in allowed]

    return usable


def _unknown_is_free(rows):
    free = SimpleNamespace(commercial="yes")
    return [r.name for r in rows if licenses().get(r.license, free).commercial == "yes"]


def _low(one, task):
    return one.accuracy[task].interval[0]


def _enough(one, tasks, share):
    return all(_low(one, task) >= share for task in tasks)


def _smallest(records, tasks, share, enough=_enough, default=None):
    good = [one for one in records if enough(one, tasks, share)]
    return min(good, key=lambda one: one.parameters, default=default)


def _smallest_by(enough):
    def smallest_enough(records, tasks, share):
        found = _smallest(records, tasks, share, enough)
        return found.name if found else "none"

    return smallest_enough


def _first_enough(records, tasks, share):
    good = [one.name for one in records if _enough(one, tasks, share)]
    return good[0] if good else "none"


WRONG = {
    "warm_up": [
        ("210", "between quotes"),
        ([48, 67, 95], "still a list"),
        (3, "how many numbers"),
        (115, "not all three numbers"),
    ],
    "active_share": [
        (lambda total, active: total / active, "did you divide the whole by the part"),
        (lambda total, active: 100 * active / total, "asks for a fraction"),
        (lambda total, active: 1 - active / total, "the share that rests"),
        (lambda total, active: active // total, "does // drop"),
        (lambda total, active: active / 30_532_122_624, "right for one model only"),
    ],
    "smallest_enough": [
        (_smallest, "return its name"),
        (
            _smallest_by(lambda one, tasks, s: any(_low(one, t) >= s for t in tasks)),
            "every one of the tasks",
        ),
        (
            _smallest_by(
                lambda one, tasks, s: all(one.accuracy[t].accuracy >= s for t in tasks)
            ),
            "the low end of the interval",
        ),
        (_first_enough, "a third of the parameters"),
        (
            _smallest_by(lambda one, _, share: _enough(one, one.accuracy, share)),
            "does your answer read",
        ),
        (
            lambda records, tasks, share: (
                _smallest(records, tasks, share, default=records[0]).name
            ),
            "return the text 'none' then",
        ),
    ],
    "embedding_parameters": [
        (lambda config: config.vocab_size + config.hidden_size, "rows and columns"),
        (lambda config: 2 * _table(config), "is stored once"),
        (_table, "the head is a second table"),
        (
            lambda config: _table(config) * (2 if config.tie_word_embeddings else 1),
            "it is upside down",
        ),
        (
            lambda config: 800 if config.tie_word_embeddings else 1600,
            "did you write a number of the example",
        ),
    ],
    "kv_per_token": [
        (
            lambda c, b: (
                2 * c.num_hidden_layers * c.num_attention_heads * c.head_dim * b
            ),
            "only num_key_value_heads have a cache",
        ),
        (
            lambda c, b: c.num_hidden_layers * c.num_key_value_heads * c.head_dim * b,
            "there are keys and values",
        ),
        (
            lambda c, b: 2 * c.num_hidden_layers * c.num_key_value_heads * c.head_dim,
            "counts numbers, not bytes",
        ),
        (lambda c, b: 2 * c.num_key_value_heads * c.head_dim * b, "80 is one layer"),
        (
            lambda c, b: 2 * c.num_hidden_layers * c.hidden_size * b,
            "a cached vector has head_dim",
        ),
        (lambda c, b: 240, "did you write a number of the example"),
    ],
    "usable": [
        (_by_terms("yes", "limited"), "a 'limited' license passed"),
        (_by_terms("no"), "is the comparison turned around"),
        (_unknown_is_free, "a checkpoint without a license passed"),
        (
            lambda rows: [
                r.name for r in rows if licenses()[r.license].commercial == "yes"
            ],
            "your code stopped with KeyError",
        ),
        (lambda rows: sorted(_by_terms("yes")(rows)), "keep the rows' order"),
        (lambda rows: [r for r in rows if r.license == "apache-2.0"], "whole rows"),
    ],
    "problems_apart": [
        (lambda one, other, problems: abs(one - other) * problems, "is a hundredth"),
        (lambda one, other, problems: abs(one - other), "difference in percent"),
        (lambda one, other, problems: (one - other) / 100 * problems, "with abs"),
        (
            lambda one, other, problems: round(abs(one - other) / 100 * problems),
            "do not round",
        ),
    ],
    "clinic": [
        (_need(task="chat"), "takes no photographs"),
        (_need(hardware="gpu80"), "they own 24 GB"),
        (_need(languages=("Hindi",)), "in Hindi or English"),
        (_need(license="any"), "ignores the license"),
        (_need(license="unrestricted"), "asks for more than they need"),
        (_need(speed=0), "they wait for 20 tokens"),
        (advise(_need()), "already the advice"),
        ("images on gpu24", "write need = Need"),
    ],
}
