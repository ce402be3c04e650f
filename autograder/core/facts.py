"""Facts: what was observed of a student's work, as typed data that is sent as JSON.

An exercise declares its facts as a frozen dataclass. Its fields may be `bool`, `int`, `float`,
`str`, `Array`, other such dataclasses, `tuple[T, ...]`, `dict[str, T]` and `T | None`, with
`Annotated[T, Most(n)]` for another bound than the usual one. `encode` writes facts within these
bounds; `decode` reads what may be hostile: only what the type allows, finite, and no larger.
"""

import base64
import binascii
import dataclasses
import math
import types
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import numpy as np

_LARGEST = 1e30  # of a number's magnitude, so that a judge's arithmetic stays finite


class FactsError(ValueError):
    """Data does not fit the type of its facts."""


@dataclass(frozen=True)
class Most:
    """The bound of a fact.

    Attributes:
        value: the largest whole number, or the most characters of a text, items of a tuple or a
            dictionary, or numbers of an array.
    """

    value: int


# What a fact holds at most when its annotation does not say.
_USUAL: dict[Any, int] = {int: 10**9, str: 500, tuple: 10, dict: 10}

Short = Annotated[str, Most(100)]  # the name of a type or a metric
Shape = tuple[int, ...]  # of an array


@dataclass(frozen=True)
class Array:
    """An array of finite numbers among facts.

    Attributes:
        values: float32, with 0 in place of numbers that are not finite.
        nonfinite: how many were not finite.
    """

    values: np.ndarray
    nonfinite: int = 0

    @classmethod
    def of(cls, values: Any) -> "Array":
        """Returns anything that NumPy can turn into numbers as an array of facts."""
        array = np.asarray(values)
        if array.dtype.kind not in "fbiu":  # such as bfloat16, which NumPy does not know
            array = array.astype(np.float32)
        finite = np.isfinite(array) if array.dtype.kind == "f" else np.ones(array.shape, bool)
        limit = np.finfo(np.float32).max  # a float64 may exceed it: clip, and not to infinity
        kept = np.clip(np.where(finite, array, 0), -limit, limit).astype(np.float32)
        return cls(kept, int(array.size - finite.sum()))

    def _encoded(self) -> dict[str, Any]:
        data = np.ascontiguousarray(self.values, "<f4").tobytes()
        return {
            "shape": list(self.values.shape),
            "data": base64.b64encode(data).decode("ascii"),
            "nonfinite": self.nonfinite,
        }


@dataclass(frozen=True)
class Failure:
    """An exception that a student's code raised, or that came of what it returned.

    Attributes:
        type: the name of its class.
        message: what it says.
        line: the line of the student's code that raised it, empty where it is not known.
        by_check: whether it was raised by a check, which could not read what a function returned.
    """

    type: Short
    message: str
    line: Annotated[str, Most(300)]
    by_check: bool = False


def encode(facts: Any) -> Any:
    """Returns facts as JSON: texts, tuples and numbers cut to their bounds, None left out."""
    return _encoded(facts, type(facts), None)


def _encoded(value: Any, kind: Any, most: int | None) -> Any:
    kind, most, _ = _resolved(kind, most)
    if isinstance(value, Array):
        return value._encoded()
    if dataclasses.is_dataclass(kind):
        pairs = ((name, getattr(value, name), hint) for name, hint in _fields(kind).items())
        return {name: _encoded(v, hint, None) for name, v, hint in pairs if v is not None}
    if get_origin(kind) is tuple:
        return [_encoded(item, get_args(kind)[0], None) for item in value[:most]]
    if get_origin(kind) is dict:
        items = list(value.items())[:most]
        return {str(key)[:100]: _encoded(item, get_args(kind)[1], None) for key, item in items}
    if kind is str:
        return str(value)[:most]
    if kind is int:
        return min(int(value), most)
    if kind is float:
        return float(np.clip(np.nan_to_num(float(value), nan=_LARGEST), -_LARGEST, _LARGEST))
    return bool(value)


def decode(kind: type, data: Any, where: str = "") -> Any:
    """Reads facts of a type from JSON that may be hostile.

    Args:
        kind: the dataclass.
        data: what `json.loads` returned.
        where: its path, for the error message.

    Returns:
        An instance of `kind`.

    Raises:
        FactsError: it has another form, exceeds a bound, or is not finite.
    """
    return _decoded(kind, data, where, None)


def _decoded(kind: Any, data: Any, where: str, most: int | None) -> Any:
    kind, most, optional = _resolved(kind, most)
    if data is None and optional:
        return None
    if kind is Array:
        return _array(data, where, most)
    if dataclasses.is_dataclass(kind):
        return _record(kind, data, where)
    if get_origin(kind) is tuple:
        _see(isinstance(data, list) and len(data) <= most, where)
        item = get_args(kind)[0]
        return tuple(_decoded(item, value, f"{where}/{i}", None) for i, value in enumerate(data))
    if get_origin(kind) is dict:
        _see(isinstance(data, dict) and len(data) <= most, where)
        _see(all(type(key) is str and len(key) <= 100 for key in data), where)
        item = get_args(kind)[1]
        return {key: _decoded(item, value, f"{where}/{key}", None) for key, value in data.items()}
    if kind is float:
        _see(type(data) in (int, float) and abs(data) <= _LARGEST, where)  # NaN is not <=
        return float(data)
    _see(type(data) is kind, where)
    if kind is int:
        _see(0 <= data <= most, where)
    elif kind is str:
        _see(len(data) <= most, where)
    return data


def _record(kind: Any, data: Any, where: str) -> Any:
    _see(isinstance(data, dict), where)
    hints = _fields(kind)
    for unknown in data.keys() - hints.keys():
        _see(False, f"{where}/{str(unknown)[:50]}")
    given = {}
    for field in dataclasses.fields(kind):
        place = f"{where}/{field.name}"
        if field.name in data:
            given[field.name] = _decoded(hints[field.name], data[field.name], place, None)
        else:
            _see(field.default is not dataclasses.MISSING, place)
    return kind(**given)


def _array(data: Any, where: str, most: int) -> Array:
    _see(isinstance(data, dict) and data.keys() == {"shape", "data", "nonfinite"}, where)
    shape = _decoded(tuple[Annotated[int, Most(most)], ...], data["shape"], f"{where}/shape", None)
    size = math.prod(shape)
    _see(size <= most, where)
    nonfinite = _decoded(int, data["nonfinite"], f"{where}/nonfinite", size)
    # base64 takes 4 characters for 3 bytes.
    encoded = _decoded(str, data["data"], f"{where}/data", size * 4 * 4 // 3 + 4)
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FactsError(f"an array's data is not base64: {error}") from error
    if len(raw) != 4 * size:
        raise FactsError(
            f"an array of shape {list(shape)} takes {4 * size} bytes, received {len(raw)}"
        )
    values = np.frombuffer(raw, "<f4").reshape(shape).astype(np.float32)
    if not np.isfinite(values).all():
        raise FactsError("an array holds numbers that are not finite")
    return Array(values, nonfinite)


def _see(fits: bool, where: str) -> None:
    if not fits:
        place = where.strip("/")[:100] or "the top"
        raise FactsError(f"it has another form than expected, at {place}")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _fields(kind: Any) -> dict[str, Any]:
    """Returns the annotations of a dataclass, by the names of its fields."""
    return _hints(kind)


def _resolved(kind: Any, most: int | None) -> tuple[Any, Any, bool]:
    """Returns a type without its annotations, its bound, and whether it may be None."""
    optional = False
    while True:
        if get_origin(kind) is Annotated:
            kind, bound = get_args(kind)
            most = bound.value
        elif get_origin(kind) in (types.UnionType, Union):
            kind, none = get_args(kind)
            assert none is type(None), "facts are of one type, or None"
            optional = True
        else:
            return (
                kind,
                most if most is not None else _USUAL.get(get_origin(kind) or kind),
                optional,
            )
