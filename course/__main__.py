"""Runs `python3 -m course VERB`: prepares the environment, then the verb's module.

Only the standard library is imported here, and this file parses on Python 3.6 too,
so that whoever runs an old one is told so.
"""

import sys

MINIMUM = (3, 11)

if sys.version_info < MINIMUM:
    sys.exit(
        "This is Python "
        + ".".join(str(part) for part in sys.version_info[:3])
        + ", and the course needs 3.11 or newer: install one from"
        + " https://www.python.org/downloads/ and run `python3.11 -m course` with it."
    )

VERBS = {
    "lab": ("course.lab", "open JupyterLab on the first lesson"),
    "test": ("course.testing", "run every level of tests, or the levels named"),
    "doctor": ("course.doctor", "check this machine and say what to do about it"),
    "build": ("course.build", "make the notebooks from the lessons"),
    "verify": ("course.verify", "run the notebooks and report time, memory, errors"),
    "train": ("course.train", "train a pocket model from its recipe"),
    "mirror": ("course.mirror", "serve cached checkpoints to a classroom"),
    "new-lesson": ("course.new_lesson", "start a lesson from a template"),
    "setup": ("course.kernel", "add what is missing to the Python that runs this"),
}
# `setup` is for notebook servers that bring their own environment, such as Colab.
WITHOUT_OWN_ENVIRONMENT = ("setup",)


def usage() -> str:
    """The list of verbs, one line each."""
    lines = [f"  {verb:<12}{what}" for verb, (_, what) in VERBS.items()]
    return "\n".join(["usage: python3 -m course VERB [options]", "", *lines])


def main(argv: list[str]) -> int:
    """Run one verb and return its exit status."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(usage())
        return 0
    verb, options = argv[0], argv[1:]
    if verb not in VERBS:
        print(f"There is no verb {verb!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    # Not at the top: it is written for Python 3.11, this file for older ones too.
    from importlib import import_module

    from course import bootstrap

    try:
        if verb not in WITHOUT_OWN_ENVIRONMENT:
            bootstrap.enter_environment(argv)
        return import_module(VERBS[verb][0]).main(options)
    except bootstrap.SetupError as error:
        print(f"course: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
