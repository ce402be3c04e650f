"""Wrong arguments of the network, which fail where weights are loaded or pictures come in.

What Keras raises then ("A total of 1 objects could not be loaded", a failed download) names no
mistake and leaves nothing to check. So the function is called again with a stand-in in place of the
network, and the arguments are noted: the grader knows which are right.
"""

import contextlib
import inspect
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from autograder.core.challenge import Challenge
from rps_course.exercises.probes import standin
from rps_course.profile import Profile

if TYPE_CHECKING:
    import tensorflow as tf


@contextlib.contextmanager
def noted(
    function: Callable, challenge: Challenge, purpose: str, profile: Profile
) -> Iterator[dict[str, str]]:
    """Puts a stand-in in the place of the profile's network.

    Args:
        function: what builds the network.
        challenge: draws the stand-in.
        purpose: names the draw.
        profile: says which network it is.

    Yields:
        The arguments that matter, as the function gave them, by name; filled as it runs.
    """
    import tensorflow as tf

    original = getattr(tf.keras.applications, profile.network)
    given: dict[str, str] = {}

    def network(*args: Any, **kwargs: Any) -> "tf.keras.Model":
        bound = inspect.signature(original).bind(*args, **kwargs)
        bound.apply_defaults()
        for name in ("include_top", "weights", "input_shape", *profile.options):
            value = bound.arguments[name]
            given[name] = str(tuple(value) if isinstance(value, list) else value)
        pooling = bound.arguments["pooling"]
        pooling = pooling if pooling in ("avg", "max") else None
        shape = profile.input_shape
        return standin.backbone(challenge, purpose, shape, frozen=False, pooling=pooling)

    # Keras names it in several modules, and a notebook may have imported it under any name.
    modules = [vars(m) for name, m in list(sys.modules.items()) if "keras" in name and m]
    names = (*modules, getattr(function, "__globals__", {}))
    places = [(n, key) for n in names for key, value in list(n.items()) if value is original]
    for here, key in places:
        here[key] = network
    try:
        yield given
    finally:
        for here, key in places:
            here[key] = original


def wrong(given: dict[str, str], profile: Profile) -> dict[str, str]:
    """Returns the arguments that are not the profile's, of those that were noted.

    Args:
        given: all of them, by name.
        profile: says which are right.
    """
    right = {
        "include_top": False,
        "weights": profile.weights,
        "input_shape": profile.input_shape,
        **profile.options,
    }
    # No input shape is any size.
    allowed = {name: {str(value)} for name, value in right.items()}
    allowed["input_shape"].add("None")
    return {name: value for name, value in given.items() if value not in allowed.get(name, {value})}
