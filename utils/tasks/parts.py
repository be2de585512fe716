"""Texts put together from parts: more ways to say a thing than can be learned by heart.

Of a few wordings a small model learns which one means what, and guesses in others.
"""

import random
import re

Places = dict[str, tuple[str, ...]]


def put_together(rng: random.Random, places: Places) -> str:
    """One of `places["form"]`, each place in it filled with one of its parts.

    A place that is named with a capital gets its part with one. Doubled braces are left
    as single ones, to be filled in later.
    """
    form = rng.choice(places["form"])
    parts = {place: rng.choice(places[place]) for place in places if place != "form"}
    capitals = {place.capitalize(): capital(part) for place, part in parts.items()}
    text = form.format(**parts, **capitals)
    text = re.sub(r"\b([Aa]) (?=[aeio])", r"\1n ", text)
    return capital(text.replace("{{", "{").replace("}}", "}"))


def capital(text: str) -> str:
    """The text with a large first letter, unless a place to fill stands there."""
    return text[0].upper() + text[1:] if text and text[0] != "{" else text
