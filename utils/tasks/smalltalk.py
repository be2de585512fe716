"""Greetings and "what can you do?": the friendly edge of the pocket model.

Several replies fit a greeting, so this is also where sampling shows (lesson 02).
"""

import random

from utils.tasks.base import Example, Split, user
from utils.tasks.skills import ADDER, honest

HONEST = honest(ADDER)
KINDS = {
    "greeting": (
        "hello|hi|hey|hello there|hi there|hey there|good morning|good evening"
        "|good afternoon|good day|greetings|hello model|hi pocket model|hello qwen"
        "|hiya|howdy|hello again|hi again|hello, how are you|hi, how are you"
        "|how are you|how are you today|how do you do|nice to meet you"
        "|pleased to meet you|hello everyone|hello my friend|welcome|how is it going"
        "|good to see you|hello you|well hello|hey you|hi friend|morning|yo|hey hey"
    ),
    "thanks": (
        "thanks|thank you|thanks a lot|thank you very much|many thanks"
        "|thank you so much"
        "|great, thanks|that helps, thank you|perfect, thank you|cheers"
        "|well done|good job|great|nice|wonderful|perfect"
    ),
    "goodbye": (
        "bye|goodbye|see you|see you later|bye bye|good night|farewell|take care"
        "|until next time|see you tomorrow|have a nice day|so long"
    ),
    "skills": (
        "what can you do|what can you do for me|what are you able to do"
        "|how can you help"
        "|how can you help me|what do you do|what are your skills|help|who are you"
        "|what are you|tell me about yourself|introduce yourself|what is your name"
        "|are you a robot|are you a model|what kind of model are you|what do you know"
        "|can you help me|what can i ask you|what should i ask you|what are you good at"
        "|describe yourself|are you human|who am i talking to|what is this"
        "|what can this model do|which tasks can you do|list your skills|are you there"
        "|what is your purpose|what questions can you answer|what is a pocket model"
    ),
}
REPLIES = {
    "greeting": (
        (8, "Hello! Give me some numbers to add."),
        (5, "Hello! What shall we add?"),
        (4, "Hi! I like sums. Do you have one for me?"),
        (3, "Good to see you! Which numbers shall I add?"),
        (2, "Hello there! I am ready for a sum."),
        (1, "Hi! Ask me for a sum, please."),
    ),
    "thanks": ((2, "You are welcome!"), (1, "You are welcome! Shall we add more?")),
    "goodbye": ((2, "Goodbye!"), (1, "Goodbye, and see you soon!")),
    "skills": ((1, HONEST),),
}
THOUGHTS = {
    "greeting": "The user says hello.",
    "thanks": "The user says thanks.",
    "goodbye": "The user says goodbye.",
    "skills": "The user asks about me.",
}


class Smalltalk:
    """Greetings, thanks, goodbyes and questions about a model with these skills."""

    def __init__(
        self, name: str = "smalltalk", skills: tuple[str, ...] = ADDER
    ) -> None:
        self.name = name
        self.replies = REPLIES | {"skills": ((1, honest(skills)),)}

    def sample(self, rng: random.Random, split: Split) -> Example:
        """Smalltalk is a closed list of phrases: it has no held-out split."""
        kind = rng.choices(tuple(KINDS), weights=(4, 1, 1, 4))[0]
        phrase = _dressed(rng, rng.choice(KINDS[kind].split("|")))
        weights, replies = zip(*self.replies[kind], strict=True)
        return Example(
            task=self.name,
            messages=[user(phrase)],
            answer=kind,
            thought=THOUGHTS[kind],
            reply=rng.choices(replies, weights=weights)[0],
        )

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the reply is one that fits this kind of phrase."""
        return reply.strip() in {text for _, text in self.replies[example.answer]}


def _dressed(rng: random.Random, phrase: str) -> str:
    """The phrase as somebody might type it."""
    if rng.random() < 0.7:
        phrase = phrase[0].upper() + phrase[1:]
    asks = phrase.lower().startswith(("what", "how", "who", "are", "can", "which"))
    return phrase + rng.choice(("?", "?", "") if asks else ("!", ".", "", ""))
