"""What a pocket model can do, and the honest sentence in which it says so.

A sentence that names skills is only honest for a model that practiced exactly these,
so each set of skills has its own smalltalk and its own out-of-scope questions.
"""

from collections.abc import Collection

# What each skill's task teaches, as it follows "I can".
SKILLS = {
    "sums": "add two to eight numbers below one hundred",
    "derivative": "differentiate polynomials",
    "translation": "translate phrases",
    "tools": "call a calculator that I am given",
    "repeat": "repeat what I read",
    "extraction": "turn a sentence into JSON",
    "facts": "tell facts about Qwen",
}
ADDER = ("sums",)
GENERALIST = tuple(SKILLS)
CANNOT = "I cannot do this."  # the thought before the honest sentence


def honest(skills: Collection[str]) -> str:
    """The sentence that answers "What can you do?" and everything out of scope."""
    known = ", ".join(text for skill, text in SKILLS.items() if skill in skills)
    return f"I am a pocket model, I can {known}, and I can say hello."
