import json

import numpy as np
import pytest

from autograder.core import evidence


def test_an_array_comes_back_as_it_was_written():
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    assert np.array_equal(evidence.decode(evidence.encode(array)), array)


def test_numbers_that_are_not_finite_are_counted_and_never_written():
    encoded = evidence.encode([1.0, np.nan, np.inf, -np.inf])
    assert encoded["nonfinite"] == 3
    assert evidence.decode(encoded).tolist() == [1, 0, 0, 0]


def test_numbers_too_large_for_float32_stay_finite():
    assert np.isfinite(evidence.decode(evidence.encode([1e300, -1e300]))).all()


def test_bytes_that_do_not_fit_the_shape_are_refused():
    encoded = evidence.encode(np.zeros(4)) | {"shape": [5]}
    with pytest.raises(evidence.EvidenceError, match="takes 20 bytes, received 16"):
        evidence.decode(encoded)


def test_data_that_is_not_base64_is_refused():
    with pytest.raises(evidence.EvidenceError, match="not base64"):
        evidence.decode(evidence.encode(np.zeros(4)) | {"data": "***"})


def test_nan_smuggled_into_the_bytes_is_refused():
    import base64

    data = base64.b64encode(np.array([np.nan], "<f4").tobytes()).decode()
    with pytest.raises(evidence.EvidenceError, match="not finite"):
        evidence.decode({"dtype": "float32", "shape": [1], "data": data, "nonfinite": 0})


def test_an_envelope_is_strict_json():
    content = evidence.envelope("top_k", "0" * 16, "offline", {"a": evidence.encode([np.nan])})
    assert json.loads(json.dumps(content, allow_nan=False)) == content
