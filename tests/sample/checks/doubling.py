"""Check of the sample lesson."""

from course.checks import exercise, expect


@exercise(
    "double",
    stars=1,
    minutes=2,
    hints=["Twice as much as 3 is 6.", "Which operator multiplies?"],
)
def check_double(answer):
    expect(answer(3) != 5, "double(3) gave 5: did you add 2 instead of multiplying?")
    expect(answer(3) != 9, "double(3) gave 9: did you square?")
    expect(answer(3) == 6, f"double(3) gave {answer(3)}: twice 3 is 6.")
    expect(answer(0.5) == 1, f"double(0.5) gave {answer(0.5)}: do you round?")
    return "3 doubled is 6."
