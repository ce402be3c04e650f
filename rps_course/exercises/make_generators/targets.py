"""Pictures whose geometry can be read back after augmentation, whatever library augmented them."""

import numpy as np

from autograder.core.challenge import Challenge

PIXELS = 12
# What is measured of one picture: mass and centroid (x, y) of each channel, its darkest and
# brightest value, the mean of its four edges, then some pixels.
MEASURES = 9 + 2 + 4
_BACKGROUND = 0.25
# How far the codes of two pictures lie apart; interpolation changes a code by less than 0.01.
_APART = 0.04


class Targets:
    """Pictures whose geometry can be read back after augmentation.

    Every channel holds one soft dot. The three centroids before and after give the affine map; the
    dots' relative brightness tells which picture it is, whatever the map; the background is darker
    at the left and at the top, so that filling from the wrong side shows.

    Attributes:
        x: float32 `[n, H, W, 3]` in [0, 1].
        y: int64 `[n]`.
    """

    def __init__(self, challenge: Challenge, purpose: str, n: int, size: int, classes: int) -> None:
        rng = challenge.rng(f"{purpose} targets")
        self.pixels = rng.integers(0, size * size * 3, PIXELS)
        self.y = rng.integers(0, classes, n)
        pictures: list[np.ndarray] = []
        codes = np.full((n, 2), np.inf)
        while len(pictures) < n:
            picture = self._draw(rng, size)
            mass = self.measure(picture[np.newaxis])[0, :3]
            code = mass[1:] / mass[0]
            if np.abs(codes - code).max(axis=1).min() > _APART:
                codes[len(pictures)] = code
                pictures.append(picture)
        self.x = np.stack(pictures)

    @staticmethod
    def _draw(rng: np.random.Generator, size: int) -> np.ndarray:
        """Draws one picture, float32 `[size, size, 3]`."""
        amplitudes = 0.72 * np.array([1, *rng.uniform(0.6, 1, 2)])
        angles = rng.uniform(0, 2 * np.pi) + np.array([0, 2, 4]) * np.pi / 3
        centers = (size - 1) / 2 + 0.2 * size * np.stack([np.cos(angles), np.sin(angles)])
        grid = np.arange(size)[:, np.newaxis]
        across, down = np.exp(-((grid - centers[:, np.newaxis]) ** 2) / (2 * (0.05 * size) ** 2))
        ramp = 0.05 + 0.08 * (grid + grid.T) / size
        dots = amplitudes * down[:, np.newaxis] * across
        return (dots + ramp[..., np.newaxis]).astype(np.float32).clip(0, 1)

    def measure(self, x: np.ndarray) -> np.ndarray:
        """Measures pictures `[m, H, W, 3]`: float64 `[m, MEASURES + PIXELS]`."""
        x = np.asarray(x, np.float64)
        weight = np.clip(x - _BACKGROUND, 0, None)
        mass = weight.sum(axis=(1, 2))
        safe = np.where(mass > 0, mass, 1)
        columns = (weight.sum(axis=1) * np.arange(x.shape[2])[:, None]).sum(axis=1) / safe
        rows = (weight.sum(axis=2) * np.arange(x.shape[1])[:, None]).sum(axis=1) / safe
        edges = [x[:, :, 0], x[:, :, -1], x[:, 0], x[:, -1]]
        return np.concatenate(
            [
                mass,
                columns,
                rows,
                x.min(axis=(1, 2, 3))[:, None],
                x.max(axis=(1, 2, 3))[:, None],
                np.stack([edge.mean(axis=(1, 2)) for edge in edges], axis=1),
                x.reshape(len(x), -1)[:, self.pixels],
            ],
            axis=1,
        )

    def identify(self, measured: np.ndarray) -> np.ndarray:
        """Returns which picture each row of measurements is of; -1 where that cannot be said."""
        own = self.measure(self.x)
        ratios = own[:, 1:3] / own[:, :1]
        mass = np.where(measured[:, :1] > 0, measured[:, :1], np.inf)
        distance = np.abs(measured[:, None, 1:3] / mass[:, None] - ratios).max(axis=-1)
        best = distance.argmin(axis=1)
        return np.where(distance.min(axis=1) < _APART / 2, best, -1)

    def maps(self, measured: np.ndarray, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns the affine maps, `A` `[m, 2, 2]` and `t` `[m, 2]` in shares of the side.

        A dot at `p` from the picture's center stands at `A p + t` afterwards.
        """
        side = self.x.shape[1]
        center = (side - 1) / 2
        own = self.measure(self.x)[numbers]
        before = np.stack([own[:, 3:6], own[:, 6:9], np.full((len(own), 3), center + 1)], -1)
        after = np.stack([measured[:, 3:6], measured[:, 6:9]], -1)
        solved = np.linalg.solve(before - [center, center, center], after - center)
        return np.swapaxes(solved[:, :2], 1, 2), solved[:, 2] / side
