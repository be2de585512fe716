"""Starts a lesson: says which profile it runs on, and keeps its outputs clean.

The setup cell of every lesson calls `start`.
"""

import os
import sys
import warnings

# What QWEN_PROFILE was before a lesson's own choice replaced it.
_before: list[str | None] = []


def start(slug: str, profile: str = "") -> None:
    """Settle the profile for this kernel and print one line that says why.

    Args:
        slug: the lesson, such as "quickstart"; the syllabus tells what it needs.
        profile: a profile's name, or "" to let it be chosen.

    Raises:
        utils.errors.UnknownProfileError: there is no such profile.
    """
    from utils import profiles

    _restore(profiles.VARIABLE)
    choice = profiles.choose(profile)
    if profile:
        _before.append(os.environ.get(profiles.VARIABLE))
        os.environ[profiles.VARIABLE] = choice.name
    quiet_libraries(progress_bars=choice.name != profiles.DEFAULT)
    print(f"Profile {choice.name}: {choice.why}.")
    _warn_of_missing_roles(slug, choice.name)


def quiet_libraries(progress_bars: bool = False) -> None:
    """Keep advice for developers, and bars that end at once, out of the outputs.

    Args:
        progress_bars: leave them on; downloads of real checkpoints need them.
    """
    warnings.filterwarnings("ignore", category=FutureWarning)
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    # Read when these libraries are first imported, which costs seconds: not here.
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    if progress_bars:
        os.environ.pop("HF_HUB_DISABLE_PROGRESS_BARS", None)
    else:
        os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    if "transformers" in sys.modules:
        from transformers.utils import logging

        logging.set_verbosity_error()
        if not progress_bars:
            logging.disable_progress_bar()


def _restore(variable: str) -> None:
    """Undo the choice of an earlier `start` in this kernel."""
    if _before:
        value = _before.pop()
        if value is None:
            os.environ.pop(variable, None)
        else:
            os.environ[variable] = value


def _warn_of_missing_roles(slug: str, profile: str) -> None:
    """Say so now if the profile lacks a model that the lesson will ask for."""
    from course import syllabus
    from utils import profiles

    lesson = next((x for x in syllabus.load().lessons if x.short == slug), None)
    has = profiles.profiles()[profile].roles
    missing = [role for role in lesson.roles if role not in has] if lesson else []
    if missing:
        print(
            f"This profile has no model for {', '.join(missing)}, which this lesson"
            ' uses: set PROFILE = "pocket" above and run both cells again.'
        )
