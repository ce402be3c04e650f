"""The configuration of a class as JSON: what `nbgrader_config.py` has set, for another machine."""

from typing import Any

from traitlets.config import Config
from traitlets.config.loader import LazyConfigValue

_LAZY = "autograder_lazy"  # marks what is added to a default
_ADDED = ("_extend", "_prepend", "_inserts", "_update")


class SettingsError(ValueError):
    """A setting has a value that cannot be sent; the message names it."""


def encode(value: Any, name: str = "c") -> Any:
    """Returns a configuration, or a value in one, as JSON can hold it.

    Raises:
        SettingsError: a value is of a kind that only this process knows.
    """
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, LazyConfigValue):
        return {_LAZY: {part: encode(getattr(value, part, None), name) for part in _ADDED}}
    if isinstance(value, dict):
        return {str(key): encode(inner, f"{name}.{key}") for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [encode(inner, name) for inner in value]
    module, qualified = getattr(value, "__module__", ""), getattr(value, "__qualname__", "")
    if qualified.isidentifier() and module not in ("", "__main__", "builtins"):
        return f"{module}.{qualified}"  # traits take a class or a function by its name
    raise SettingsError(
        f"{name} in nbgrader_config.py is of type {type(value).__name__}, which cannot be sent to "
        "another process. Set it to text, numbers, lists, or the name of a class or a function: "
        "'module.name'."
    )


def decode(said: dict[str, Any]) -> Config:
    """Returns the configuration that `encode` made JSON of."""
    return Config(_decode(said))


def _decode(said: Any) -> Any:
    if not isinstance(said, dict):
        return said
    if said.keys() == {_LAZY}:
        lazy = LazyConfigValue()
        for part, added in said[_LAZY].items():
            setattr(lazy, part, added)
        return lazy
    return {name: _decode(value) for name, value in said.items()}
