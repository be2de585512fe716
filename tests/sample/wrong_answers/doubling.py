"""Typical wrong answers to the sample lesson."""

WRONG = {
    "double": [
        (lambda n: n + 2, "did you add 2"),
        (lambda n: n * n, "did you square"),
        (lambda n: 2 * round(n), "do you round"),
    ],
}
