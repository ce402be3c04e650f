"""What most of a class hands in: right answers in several forms, typical mistakes, and nothing."""

from odd_class.member import NUMBERS, RELEASED, Member, complete, solved

BY_HAND = """
def running_total(x):
    total, totals = 0, []
    for number in x:
        total += number
        totals.append(total)
    return np.array(totals)
"""
CALLABLE = """
class Double:
    def __call__(self, x):
        return x + x

double = Double()
"""
RIGHT = {
    "by_hand": {"running_total": BY_HAND},
    "callable_object": {"double": CALLABLE},
    "lambda": {"double": "double = lambda numbers: numbers * 2"},
    "partial": {"double": "from functools import partial\ndouble = partial(np.multiply, 2)"},
}
# Other answers, the points that they earn, and what the reason says.
WRONG = {
    "one_number": ({"double": "def double(x):\n    return 2 * x[0]"}, {"double": 0}, "has shape"),
    "product": (
        {"running_total": "running_total = np.cumprod"}, {"running_total": 0},
        "These are not the running totals.",
    ),
    "raises": (
        {"double": "def double(x):\n    return 2 * y"}, {"double": 0},
        "NameError: name 'y' is not defined",
    ),
    "returns_nothing": (
        {"running_total": "def running_total(x):\n    np.cumsum(x)"}, {"running_total": 0},
        "What `running_total` returned could not be read",
    ),
    "square": ({"double": "def double(x):\n    return x**2"}, {"double": 1}, "is off by"),
    "wrong_in_both": (
        {"double": "def double(x):\n    return x + 2", "running_total": "running_total = list"},
        {"double": 1, "running_total": 0}, "is off by",
    ),
}  # fmt: skip
FILES = {
    "few_measurements": ({"measurements.csv": "1\n"}, "1 measurements, expected 3"),
    "no_measurements": ({}, "There is no measurements.csv"),
}
NOTHING = {"double": 0, "running_total": 0}
MEMBERS = {name: Member(complete(solved(**answers))) for name, answers in RIGHT.items()}
MEMBERS |= {
    name: Member(complete(solved(**answers)), otherwise, says)
    for name, (answers, otherwise, says) in WRONG.items()
}
MEMBERS |= {
    name: Member({"toy1.ipynb": solved()} | files, {"measurements": 0}, says)
    for name, (files, says) in FILES.items()
}
MEMBERS |= {
    "blank": Member({"toy1.ipynb": RELEASED, "measurements.csv": NUMBERS}, NOTHING, "no answer"),
    "blank_in_all": Member({"toy1.ipynb": RELEASED}, NOTHING | {"measurements": 0}, "no answer"),
}
