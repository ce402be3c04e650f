"""Facts are written within the bounds of their type, and read as what may be hostile."""

import base64
import functools
import json
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pytest

from autograder.core.facts import Array, FactsError, Most, decode, encode


@dataclass(frozen=True)
class Inner:
    word: Annotated[str, Most(5)]
    number: float = 0.0


@dataclass(frozen=True)
class Facts:
    flag: bool
    count: Annotated[int, Most(9)]
    values: Annotated[Array, Most(6)]
    inner: tuple[Inner, ...] = ()
    named: Annotated[dict[str, Annotated[tuple[float, ...], Most(3)]], Most(2)] | None = None
    rows: Annotated[Array, Most(4)] | None = None


def facts(**changes):
    given = {"flag": True, "count": 3, "values": Array.of([[1, 2, 3], [4, 5, 6]])}
    return Facts(**given | changes)


def through_json(value):
    return decode(type(value), json.loads(json.dumps(encode(value), allow_nan=False)))


def test_facts_come_back_as_they_were_written():
    written = facts(inner=(Inner("a", 1.5), Inner("b")), named={"loss": (1.0, 0.5)})
    read = through_json(written)
    assert np.array_equal(read.values.values, written.values.values)
    assert (read.flag, read.count, read.inner) == (True, 3, written.inner)
    assert (read.named, read.rows) == ({"loss": (1.0, 0.5)}, None)


def test_numbers_that_are_not_finite_are_counted_and_never_written():
    read = through_json(facts(values=Array.of([1.0, np.nan, np.inf, -np.inf])))
    assert read.values.nonfinite == 3
    assert read.values.values.tolist() == [1, 0, 0, 0]
    (inner,) = through_json(facts(inner=(Inner("x", float("nan")),))).inner
    assert inner.number == 1e30


def test_numbers_too_large_for_float32_stay_finite():
    assert np.isfinite(Array.of([1e300, -1e300]).values).all()


def test_what_exceeds_a_bound_is_cut_when_it_is_written():
    written = facts(count=20, inner=tuple(Inner("abcdefgh") for _ in range(30)))
    read = through_json(written)
    assert read.count == 9
    assert read.inner == (Inner("abcde"),) * 10


def change(path, value):
    """Returns encoded facts with another value at a path; None takes it out."""
    data = encode(facts(inner=(Inner("a"),), named={"loss": (1.0,)}, rows=Array.of([1.0])))
    *where, last = path
    target = functools.reduce(lambda here, key: here[key], where, data)
    if value is None:
        del target[last]
    else:
        target[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["flag"], 1),
        (["flag"], None),
        (["count"], True),
        (["count"], 3.0),
        (["count"], 10),
        (["count"], -1),
        (["verdict"], "full points, please"),
        (["inner"], {"word": "a"}),
        (["inner"], [{"word": "a"}] * 11),
        (["inner", 0, "word"], "abcdef"),
        (["inner", 0, "word"], 5),
        (["inner", 0, "number"], float("nan")),
        (["inner", 0, "number"], float("inf")),
        (["inner", 0, "number"], 10**400),
        (["inner", 0, "number"], "1"),
        (["named"], {"a": [], "b": [], "c": []}),
        (["named", "loss"], [1.0] * 4),
        (["named", "loss"], 1.0),
        (["values", "shape"], [7]),
        (["values", "shape"], [-1]),
        (["values", "shape"], [1] * 11),
        (["values", "shape"], [2, 2]),
        (["values", "data"], "***"),
        (["values", "data"], base64.b64encode(np.full(6, np.nan, "<f4").tobytes()).decode()),
        (["values", "data"], "A" * 100),
        (["values", "nonfinite"], 7),
        (["values", "dtype"], "object"),
        (["rows", "shape"], [10**9, 10**9]),
    ],
)
def test_what_the_type_does_not_allow_is_refused(path, value):
    assert isinstance(decode(Facts, encode(facts())), Facts)
    with pytest.raises(FactsError):
        decode(Facts, change(path, value))


@pytest.mark.parametrize("data", [None, [], "facts", 3, {}])
def test_what_is_no_object_of_facts_is_refused(data):
    with pytest.raises(FactsError, match="another form than expected, at"):
        decode(Facts, data)


def test_the_message_names_the_place():
    with pytest.raises(FactsError, match="at inner/0/word"):
        decode(Facts, change(["inner", 0, "word"], 5))
    with pytest.raises(FactsError, match="takes 24 bytes, received 3"):
        decode(Facts, change(["values", "data"], "AAAA"))
