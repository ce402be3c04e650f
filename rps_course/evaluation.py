"""What a trained network gets wrong, and which part of a picture its answer depends on."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

_AT_ONCE = 64  # pictures that are predicted together


def confusion_matrix(y_true: Any, y_pred: Any, n_classes: int) -> np.ndarray:
    """Counts how often each class is taken for each.

    Args:
        y_true: the classes of the pictures, whole numbers `[N]` from 0 to `n_classes - 1`.
        y_pred: the classes that a network gives them `[N]`.
        n_classes: how many classes there are, whether they occur or not.

    Returns:
        int64 `[n_classes, n_classes]`: in row t and column p, how many pictures of class t were
        taken for class p.

    Raises:
        ValueError: the two have different lengths, or hold something else than classes.

    Example:
        >>> confusion_matrix([0, 1, 1], [0, 0, 1], 2)
        array([[1, 0],
               [1, 1]])
    """
    true, predicted = np.asarray(y_true), np.asarray(y_pred)
    if true.ndim != 1 or true.shape != predicted.shape:
        raise ValueError(
            f"y_true and y_pred must be of one length [N]. Received shapes: {true.shape} and "
            f"{predicted.shape}"
        )
    for name, labels in (("y_true", true), ("y_pred", predicted)):
        if labels.size and not (np.isin(labels, np.arange(n_classes)).all()):
            raise ValueError(
                f"{name} must hold whole numbers from 0 to {n_classes - 1}. Received: "
                f"{np.setdiff1d(labels, np.arange(n_classes))[:5].tolist()}"
            )
    matrix = np.zeros((n_classes, n_classes), np.int64)
    np.add.at(matrix, (true.astype(int), predicted.astype(int)), 1)
    return matrix


def most_confident_mistakes(probabilities: np.ndarray, y: np.ndarray, n: int = 6) -> np.ndarray:
    """Finds the mistakes that a network is surest of.

    Args:
        probabilities: what it says of N pictures `[N, classes]`.
        y: their classes `[N]`.
        n: how many at most.

    Returns:
        Positions of at most `n` pictures, the surest mistake first.
    """
    predicted = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(predicted != np.asarray(y))
    order = np.argsort(-probabilities[wrong, predicted[wrong]], kind="stable")
    return wrong[order[:n]]


def occlusion(
    predict: "Callable[[np.ndarray], Any]",
    picture: np.ndarray,
    of: int | None = None,
    patch: float = 0.25,
    steps: int = 14,
) -> np.ndarray:
    """Maps how much a class loses when a part of the picture is covered.

    A gray square wanders over the picture; where it takes away what the network looks at, the
    probability of the class drops. Source: Zeiler and Fergus, "Visualizing and Understanding
    Convolutional Networks", 2014.

    Args:
        predict: gives the probabilities `[n, classes]` of pictures `[n, H, W, 3]`, such as
            `model.predict_on_batch`.
        picture: float32 `[H, W, 3]` or `[1, H, W, 3]` in [0, 1].
        of: the class; None for the likeliest.
        patch: side of the square, as a share of the picture's.
        steps: places of the square along each side, at least 2.

    Returns:
        float64 `[steps, steps]`: the drop of the probability with the square there, from -1 to 1.
    """
    picture = np.asarray(picture, np.float32).reshape(np.shape(picture)[-3:])
    whole = np.asarray(predict(picture[np.newaxis]))[0]
    chosen = int(whole.argmax()) if of is None else of
    height, width = (max(1, round(patch * side)) for side in picture.shape[:2])
    tops = np.linspace(0, picture.shape[0] - height, steps).round().astype(int)
    lefts = np.linspace(0, picture.shape[1] - width, steps).round().astype(int)
    covered = np.repeat(picture[np.newaxis], steps**2, axis=0)
    for place, (top, left) in enumerate((t, le) for t in tops for le in lefts):
        covered[place, top : top + height, left : left + width] = 0.5
    answers = [
        np.asarray(predict(covered[start : start + _AT_ONCE]))[:, chosen]
        for start in range(0, len(covered), _AT_ONCE)
    ]
    return (float(whole[chosen]) - np.concatenate(answers).astype(float)).reshape(steps, steps)
