"""Finds numbers in a lesson's prose that nothing backs.

A number is measured (a cell prints it), published (`{{fig:key}}`), or part of a name.
"""

import re

_NUMBERED = "lesson|section|step|exercise|question|part|figure|table|page|cell"
# Where digits are not claims: code, links, formulas, HTML, figures, numbering.
_BACKED = [
    re.compile(r"```.*?```", re.DOTALL),
    re.compile(r"\{\{(?:fig|term):[^}]*\}\}"),
    re.compile(r"`[^`\n]+`"),
    re.compile(r"\$\$.*?\$\$", re.DOTALL),
    re.compile(r"\$[^$\n]+\$"),
    re.compile(r"!?\[[^\]]*\]\([^)]*\)"),
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"<[^<>]+>"),
    re.compile(r"https?://\S+"),
    re.compile(r"^\s*#{1,6} .*$", re.MULTILINE),
    re.compile(r"^\s*\d+[.)] ", re.MULTILINE),
    re.compile(rf"\b(?:{_NUMBERED})s? \d+(?:\.\d+)*", re.IGNORECASE),
    re.compile(r"\b[A-Z]{3,} \d{4}\b"),  # a contest of a year: AIME 2024
    re.compile(r'"[^"\n]*"'),  # somebody's words
]
# Non-spaces with a digit; one with a letter in it is a name (Qwen3, 4-bit, 2x).
_WORD = re.compile(r"\S*\d\S*")


def unbacked(markdown: str) -> list[tuple[int, str]]:
    """Numbers in prose that are not backed, as (line from 0, number)."""
    for pattern in _BACKED:
        markdown = pattern.sub(_blank, markdown)
    found = []
    for index, line in enumerate(markdown.split("\n")):
        for match in _WORD.finditer(line):
            word = match[0].strip(".,;:!?()[]*_\"'“”|")
            if not any(character.isalpha() for character in word):
                found.append((index, word))
    return found


def _blank(match: re.Match) -> str:
    """As many lines as before, so that line numbers hold."""
    return "\n" * match[0].count("\n") or " "
