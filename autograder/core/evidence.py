"""Evidence: what a test cell reports about a student's function, as JSON and without a verdict.

This module says what evidence looks like: how arrays are written, the envelope around an
exercise's facts, and the small vocabulary for describing facts in JSON Schema. Reading evidence
that may be hostile is the grader's work (`autograder.grading.reading`).
"""

import base64
import binascii
from typing import Any

import numpy as np

MIME = "application/vnd.autograder.evidence+json"
VERSION = 1
DTYPES = ("float32", "float64", "int64", "uint8")


class EvidenceError(ValueError):
    """A piece of evidence is not what it must be."""


def encode(array: Any, dtype: str = "float32") -> dict[str, Any]:
    """Writes an array as JSON.

    Numbers that are not finite are written as 0 and counted, so that evidence holds finite
    numbers only and a judge can still say that there was a NaN.

    Args:
        array: anything that NumPy makes numbers of.
        dtype: one of `DTYPES`.

    Returns:
        `{"dtype", "shape", "data" (base64, little-endian, C order), "nonfinite"}`.
    """
    values = np.asarray(array)
    nonfinite = 0
    if values.dtype.kind == "f":
        finite = np.isfinite(values)
        nonfinite = int(values.size - finite.sum())
        values = np.where(finite, values, 0)
    # A float64 result may exceed float32: clip instead of turning it into infinity.
    if dtype == "float32":
        limit = np.finfo(np.float32).max
        values = np.clip(values, -limit, limit)
    values = np.ascontiguousarray(values, dtype=np.dtype(dtype).newbyteorder("<"))
    return {
        "dtype": dtype,
        "shape": [int(n) for n in np.shape(array)],
        "data": base64.b64encode(values.tobytes()).decode("ascii"),
        "nonfinite": nonfinite,
    }


def decode(encoded: dict[str, Any]) -> np.ndarray:
    """Reads an array that `encode` wrote.

    Raises:
        EvidenceError: the bytes do not fit dtype and shape, or a number is not finite.
    """
    try:
        raw = base64.b64decode(encoded["data"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise EvidenceError(f"an array's data is not base64: {error}") from error
    dtype = np.dtype(encoded["dtype"]).newbyteorder("<")
    size = 1
    for length in encoded["shape"]:
        size *= length
    if len(raw) != size * dtype.itemsize:
        raise EvidenceError(
            f"an array of shape {encoded['shape']} and {encoded['dtype']} takes "
            f"{size * dtype.itemsize} bytes, received {len(raw)}"
        )
    array = np.frombuffer(raw, dtype).reshape(encoded["shape"])
    if dtype.kind == "f" and not np.isfinite(array).all():
        raise EvidenceError("an array holds numbers that are not finite")
    return array.astype(dtype.newbyteorder("="))


def envelope(
    exercise: str, challenge_id: str, profile: str, facts: dict[str, Any]
) -> dict[str, Any]:
    """Returns the evidence of one exercise as it is displayed."""
    return {
        "version": VERSION,
        "exercise": exercise,
        "challenge": challenge_id,
        "profile": profile,
        "facts": facts,
    }


# The vocabulary for facts, in JSON Schema.


def array(*, max_size: int, dtypes: tuple[str, ...] = ("float32",)) -> dict[str, Any]:
    """Schema of an encoded array of at most `max_size` numbers."""
    return {
        "type": "object",
        "properties": {
            "dtype": {"enum": list(dtypes)},
            "shape": {
                "type": "array",
                "items": {"type": "integer", "minimum": 0, "maximum": max_size},
                "maxItems": 6,
            },
            # base64 takes 4 characters for 3 bytes; float64 and int64 take 8 bytes a number.
            "data": {"type": "string", "maxLength": max_size * 8 * 4 // 3 + 4},
            "nonfinite": {"type": "integer", "minimum": 0, "maximum": max_size},
        },
        "required": ["dtype", "shape", "data", "nonfinite"],
        "additionalProperties": False,
    }


def number() -> dict[str, Any]:
    """Schema of a finite number."""
    return {"type": "number", "minimum": -1e30, "maximum": 1e30}


def integer(maximum: int = 10**9) -> dict[str, Any]:
    """Schema of a whole number from 0."""
    return {"type": "integer", "minimum": 0, "maximum": maximum}


def boolean() -> dict[str, Any]:
    """Schema of a truth value."""
    return {"type": "boolean"}


def text(max_length: int = 500) -> dict[str, Any]:
    """Schema of a string."""
    return {"type": "string", "maxLength": max_length}


def listing(items: dict[str, Any], max_items: int) -> dict[str, Any]:
    """Schema of a list."""
    return {"type": "array", "items": items, "maxItems": max_items}


def record(optional: tuple[str, ...] = (), **properties: dict[str, Any]) -> dict[str, Any]:
    """Schema of an object with just these properties, required unless named in `optional`."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def shape() -> dict[str, Any]:
    """Schema of an array's shape."""
    return listing(integer(), 10)


def raised() -> dict[str, Any]:
    """Schema of an exception that a student's function raised."""
    return record(type=text(100), message=text(500), line=text(300))
