"""Wrong arguments of the network, which fail where weights are loaded or pictures come in.

What Keras raises then ("A total of 1 objects could not be loaded", a failed download) names no
mistake and leaves nothing to check. So the network is built again with the right arguments in place
of the wrong ones, which are noted.
"""

import contextlib
import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

from rps_course.profile import Profile


@contextlib.contextmanager
def corrected(function: Callable, profile: Profile) -> Iterator[dict[str, str]]:
    """Lets the profile's network take the right arguments, whatever a function gives it.

    Args:
        function: what builds the network.
        profile: says which arguments are right.

    Yields:
        The wrong arguments, as the function gave them, by name; filled as it runs.
    """
    import tensorflow as tf

    original = getattr(tf.keras.applications, profile.network)
    right = {
        "include_top": False,
        "weights": profile.weights,
        "input_shape": profile.input_shape,
        **profile.options,
    }
    wrong: dict[str, str] = {}

    def network(*args: Any, **kwargs: Any) -> Any:
        bound = inspect.signature(original).bind(*args, **kwargs)
        bound.apply_defaults()
        for name, value in right.items():
            given = bound.arguments[name]
            given = tuple(given) if isinstance(given, list) else given
            if given != value and not (name == "input_shape" and given is None):  # None: any size
                wrong[name] = str(given)
                bound.arguments[name] = value
        return original(*bound.args, **bound.kwargs)

    # Keras names it in several modules, and a notebook may have imported it under any name.
    modules = [vars(m) for name, m in list(sys.modules.items()) if "keras" in name and m]
    names = (*modules, getattr(function, "__globals__", {}))
    places = [(n, key) for n in names for key, value in list(n.items()) if value is original]
    for here, key in places:
        here[key] = network
    try:
        yield wrong
    finally:
        for here, key in places:
            here[key] = original
