"""What a thing is put together from: a `Kit` that recipes fill with solids.

A recipe is a function that adds capsules, ellipsoids and flat shapes to a kit, with chance in every
proportion. Its own frame: the thing is about one unit long, y points up, z to the viewer.
"""

from collections.abc import Callable

import numpy as np

from rps_course.offline.scene import rotation


class Kit:
    """Collects the solids of one thing; colors are indices into four random ones."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.cones: list[tuple] = []
        self.ellipsoids: list[tuple] = []
        self.flats: list[tuple] = []

    def u(self, low: float, high: float) -> float:
        """Returns a number between `low` and `high`."""
        return float(self.rng.uniform(low, high))

    def n(self, low: int, high: int) -> int:
        """Returns a whole number from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def cone(self, a: tuple, b: tuple, ra: float, rb: float | None = None, color: int = 0) -> None:
        """Adds a round cone from `a` (radius `ra`) to `b` (`rb`, as `ra` if None)."""
        a, b = (np.array([*p, 0.0])[:3] for p in (a, b))
        self.cones.append((a, b, ra, ra if rb is None else rb, color))

    def ball(self, center: tuple, radius: float, color: int = 0) -> None:
        """Adds a sphere."""
        self.lump(center, (radius, radius, radius), color)

    def lump(self, center: tuple, radii: tuple, color: int = 0, turn: float = 0.0) -> None:
        """Adds an ellipsoid, turned by `turn` radians about z."""
        center = np.array([*center, 0.0])[:3]
        self.ellipsoids.append((center, rotation(2, turn), np.array(radii), color))

    def path(self, points: np.ndarray, ra: float, rb: float, color: int = 0) -> None:
        """Adds a tube through `points`, tapering from `ra` to `rb`."""
        radii = np.linspace(ra, rb, len(points))
        for i in range(len(points) - 1):
            self.cone(points[i], points[i + 1], radii[i], radii[i + 1], color)

    def curve(
        self, start: tuple, angle: float, length: float, bend: float, n: int = 5
    ) -> np.ndarray:
        """Returns n + 1 points of an arc that leaves `start` at `angle` (0 is up) and bends."""
        angles = angle + bend * (np.arange(n) + 0.5) / n
        steps = np.stack([np.sin(angles), np.cos(angles)], 1) * (length / n)
        return np.concatenate([[start[:2]], start[:2] + np.cumsum(steps, 0)])

    def ring(
        self, center: tuple, radius: float, thick: float, color: int = 0, arc: tuple = (0, 6.2832)
    ) -> None:
        """Adds a ring, or the part of one from angle `arc[0]` to `arc[1]`."""
        t = np.linspace(*arc, 12)
        self.path(np.stack([center[0] + radius * np.cos(t), center[1] + radius * np.sin(t)], 1),
                  thick, thick, color)  # fmt: skip

    def flat(self, points: list, thick: float, color: int = 0, z: float = 0.0) -> None:
        """Adds a flat shape with the corners `points`, its middle at depth `z`."""
        self.flats.append((np.asarray(points, float), thick, color, z))


Recipes = dict[str, Callable[[Kit], None]]


def toward(angle: float, length: float, start: tuple = (0.0, 0.0)) -> tuple[float, float]:
    """Returns the point `length` away from `start` at `angle` (0 is up, positive to the right)."""
    return (start[0] + length * np.sin(angle), start[1] + length * np.cos(angle))
