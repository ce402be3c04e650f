"""How each of the forty things is put together that the offline backbone learns to see from.

Each recipe collects capsules, ellipsoids and cut-outs in a `Kit`, with chance in every proportion.
Posing, coloring and drawing them is `synthetic_things`' work.

A recipe's own frame: the thing is about one unit long, y points up, z to the viewer.
"""

from collections.abc import Callable

import numpy as np

from rps_course.synthetic_scene import rotation, unit


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


def _toward(angle: float, length: float, start: tuple = (0.0, 0.0)) -> tuple[float, float]:
    """Returns the point `length` away from `start` at `angle` (0 is up, positive to the right)."""
    return (start[0] + length * np.sin(angle), start[1] + length * np.cos(angle))


def _prongs(k: Kit, count: int, spread: float, width: float, length: float, thick: float) -> None:
    """Adds a handle below and `count` prongs above, `spread` radians apart at the outermost."""
    bend = k.u(-0.15, 0.15)
    k.path(k.curve((0, 0), np.pi, k.u(0.6, 1.3), bend), thick * k.u(1.0, 1.8), thick * k.u(1, 2.2))
    for i in range(count):
        f = 0.0 if count == 1 else i / (count - 1) - 0.5
        start = (f * width, 0.04)
        end = _toward(f * spread, length * k.u(0.94, 1.06), start)
        k.cone(start, end, thick * 0.9, thick * k.u(0.5, 0.9), 1)
    k.cone((-width / 2, 0), (width / 2, 0), thick * 1.1, None, 0)


def _fork(k: Kit) -> None:
    _prongs(k, 4, k.u(0, 0.1), k.u(0.2, 0.32), k.u(0.3, 0.5), k.u(0.022, 0.034))


def _trident(k: Kit) -> None:
    _prongs(k, 3, k.u(0.0, 0.9), k.u(0.25, 0.5), k.u(0.35, 0.6), k.u(0.035, 0.055))


def _plug(k: Kit) -> None:
    width = k.u(0.16, 0.26)
    k.lump((0, -0.2), (k.u(0.2, 0.28), k.u(0.2, 0.3), k.u(0.15, 0.22)))
    for s in (-1, 1):
        k.cone((s * width / 2, 0), (s * width / 2, k.u(0.3, 0.36)), 0.045, 0.045, 1)
    k.path(k.curve((0, -0.4), np.pi + k.u(-0.4, 0.4), 1.0, k.u(-0.8, 0.8)), 0.06, 0.05)


def _slingshot(k: Kit) -> None:
    opening = k.u(0.5, 1.3)
    thick = k.u(0.06, 0.11)
    k.cone((0, 0), (0, -k.u(0.4, 0.9)), thick, thick * k.u(0.9, 1.4))
    for s in (-1, 1):
        k.path(
            k.curve((0, 0), s * opening * 0.7, k.u(0.45, 0.65), -s * k.u(0, 0.7)),
            thick,
            thick * 0.8,
        )


def _fan_rake(k: Kit) -> None:
    _prongs(k, k.n(5, 8), k.u(0.8, 1.9), k.u(0.1, 0.3), k.u(0.45, 0.7), k.u(0.025, 0.05))


def _rake(k: Kit) -> None:
    width, teeth, r = k.u(0.5, 0.8), k.n(6, 10), k.u(0.025, 0.04)
    k.cone((0, 0.3), (0, -0.9), r * 1.4)
    k.cone((-width / 2, 0.3), (width / 2, 0.3), r * 1.2, None, 1)
    for x in np.linspace(-width / 2, width / 2, teeth):
        k.cone((x, 0.3), (x, 0.3 + k.u(0.15, 0.19), -0.05), r * 0.8, r * 0.5, 1)


def _comb(k: Kit) -> None:
    teeth, length, r = k.n(10, 16), k.u(0.25, 0.4), k.u(0.014, 0.022)
    k.cone((-0.55, 0), (0.55, 0), k.u(0.06, 0.09))
    for x in np.linspace(-0.52, 0.52, teeth):
        k.cone((x, 0), (x, -length), r, r * 0.7)


def _spoon(k: Kit) -> None:
    r = k.u(0.03, 0.05)
    k.path(k.curve((0, 0), np.pi, k.u(0.8, 1.2), k.u(-0.3, 0.3)), r, r * k.u(1, 1.6))
    k.lump((0, 0.2), (k.u(0.15, 0.22), k.u(0.25, 0.32), 0.09), 1)


def _knife(k: Kit) -> None:
    width = k.u(0.1, 0.18)
    k.cone((0, -0.1), (0, -0.55), 0.07, 0.08)
    k.flat([(-0.05, -0.1), (-0.05, 0.8), (width * 0.3, 0.65), (width, 0.3), (width, -0.1)], 0.03, 1)


def _toothbrush(k: Kit) -> None:
    k.path(k.curve((0, -0.9), k.u(-0.1, 0.1), 1.8, k.u(-0.2, 0.2)), k.u(0.06, 0.09), 0.045)
    side = k.u(0.13, 0.2)
    for y in np.linspace(0.5, 0.88, k.n(5, 7)):
        k.cone((0, y), (side, y), 0.03, 0.03, 1)


def _paintbrush(k: Kit) -> None:
    width = k.u(0.1, 0.2)
    k.cone((0, 0), (0, -k.u(0.8, 1.1)), 0.07, 0.035)
    k.cone((0, 0.02), (0, 0.12), width * 0.9, width, 1)
    for x in np.linspace(-width, width, 7):
        k.cone((x * 0.8, 0.12), (x * k.u(0.5, 1.2), 0.12 + k.u(0.28, 0.4)), 0.035, 0.015, 2)


def _branch(k: Kit, start: tuple, angle: float, length: float, r: float, depth: int) -> None:
    end = _toward(angle, length, start)
    k.cone(start, end, r, r * 0.7)
    if depth:
        for s in (-1, 1) if k.rng.random() < 0.75 else (-1, 0.1, 1):
            turn = angle + s * k.u(0.3, 0.75)
            _branch(k, end, turn, length * k.u(0.6, 0.8), r * 0.65, depth - 1)


def _bare_tree(k: Kit) -> None:
    _branch(k, (0, -0.8), k.u(-0.1, 0.1), k.u(0.5, 0.7), k.u(0.06, 0.1), 3)


def _leafy_tree(k: Kit) -> None:
    k.cone((0, 0), (0, -0.8), k.u(0.07, 0.1), k.u(0.09, 0.14))
    for _ in range(k.n(6, 9)):
        c = k.rng.normal(0, 0.17, 3) + np.array([0, 0.25, 0])
        k.ball(c, k.u(0.16, 0.27), 1)


def _pine(k: Kit) -> None:
    k.cone((0, -0.4), (0, -0.75), 0.07)
    tiers = k.n(3, 4)
    for i in range(tiers):
        y, w = -0.4 + 0.3 * i, 0.42 - 0.09 * i
        k.flat([(-w, y), (w, y), (0, y + 0.5)], 0.05, 1, 0.02 * i)


def _cactus(k: Kit) -> None:
    r = k.u(0.12, 0.17)
    k.cone((0, -0.7), (0, k.u(0.5, 0.8)), r, r * 0.9)
    for s in ((-1,), (1,), (-1, 1))[k.n(0, 2)]:
        y, reach = k.u(-0.3, 0.1), k.u(0.3, 0.4)
        k.cone((0, y), (s * reach, y), r * 0.6)
        k.cone((s * reach, y), (s * reach, y + k.u(0.25, 0.55)), r * 0.6, r * 0.55)


def _starfish(k: Kit) -> None:
    r, bend = k.u(0.13, 0.19), k.u(-0.5, 0.5)
    for i in range(5):
        k.path(k.curve((0, 0), i * 1.2566 + k.u(-0.12, 0.12), k.u(0.6, 0.75), bend, 4), r, 0.05)


def _octopus(k: Kit) -> None:
    k.lump((0, 0.35), (k.u(0.22, 0.3), k.u(0.28, 0.38), 0.25))
    for i in range(8):
        a = np.pi + (i - 3.5) * 0.36
        k.path(k.curve((0, 0.1), a, k.u(0.6, 0.9), k.u(-1.6, 1.6), 6), 0.075, 0.025)
    for s in (-1, 1):
        k.ball((s * 0.1, 0.25, 0.24), 0.05, 2)


def _spider(k: Kit) -> None:
    k.ball((0, -0.18), k.u(0.17, 0.25))
    k.ball((0, 0.1), k.u(0.1, 0.14), 1)
    for s in (-1, 1):
        for i in range(4):
            a = s * (0.55 + 0.62 * i)
            knee = _toward(a, k.u(0.35, 0.45), (0, 0.08))
            k.cone((0, 0.08), (*knee, 0.15), 0.025)
            k.cone(
                (*knee, 0.15),
                (*_toward(a + s * k.u(0.2, 0.6), k.u(0.35, 0.45), knee), -0.1),
                0.022,
                0.012,
            )


def _ant(k: Kit) -> None:
    for y, r in ((-0.38, k.u(0.17, 0.22)), (0.0, 0.11), (0.27, k.u(0.11, 0.15))):
        k.lump((0, y), (r * 0.8, r * 1.25, r * 0.8))
    for s in (-1, 1):
        for i in range(3):
            a = s * (0.9 + 0.65 * i)
            knee = _toward(a, 0.25, (0, 0.02))
            k.cone((0, 0.02), knee, 0.025)
            k.cone(knee, _toward(a + s * k.u(0.1, 0.7), 0.28, knee), 0.022, 0.014)
        k.path(k.curve((0, 0.35), s * 0.4, 0.35, s * 0.8, 3), 0.018, 0.012)


def _butterfly(k: Kit) -> None:
    k.cone((0, -0.3), (0, 0.3), 0.05, 0.06, 1)
    for s in (-1, 1):
        k.lump((s * 0.33, 0.24), (k.u(0.2, 0.25), k.u(0.32, 0.4), 0.04), 0, -s * k.u(0.6, 1.0))
        k.lump((s * 0.26, -0.22), (k.u(0.15, 0.2), k.u(0.22, 0.3), 0.04), 2, s * k.u(0.5, 0.9))
        k.path(k.curve((0, 0.3), s * 0.3, 0.3, s * 0.6, 3), 0.015, 0.012, 1)


def _fish(k: Kit) -> None:
    height = k.u(0.18, 0.34)
    k.lump((0, 0), (0.55, height, 0.15))
    k.flat([(-0.45, 0), (-0.85, k.u(0.2, 0.32)), (-0.72, 0), (-0.85, -k.u(0.2, 0.32))], 0.04, 1)
    k.flat([(-0.2, height * 0.8), (0.2, height * 0.9), (-0.2, height + k.u(0.1, 0.2))], 0.03, 1)
    k.ball((0.36, 0.06, 0.1), 0.05, 2)


def _snake(k: Kit) -> None:
    t = np.linspace(0, k.u(7, 11), 22)
    x = np.linspace(-0.8, 0.8, 22)
    points = np.stack([x, k.u(0.15, 0.28) * np.sin(t + k.u(0, 6))], 1)
    r = k.u(0.05, 0.08)
    k.path(points, r * 0.4, r * 1.1)
    k.lump(points[-1], (r * 1.8, r * 1.4, r * 1.2))


def _key(k: Kit) -> None:
    r = k.u(0.035, 0.055)
    k.ring((0, 0.5), k.u(0.16, 0.24), r)
    k.cone((0, 0.3), (0, -0.6), r)
    for i in range(k.n(2, 3)):
        k.cone((0, -0.55 + 0.13 * i), (k.u(0.12, 0.22), -0.55 + 0.13 * i), r * 0.9)


def _mug(k: Kit) -> None:
    w, h = k.u(0.26, 0.36), k.u(0.3, 0.45)
    k.flat([(-w, -h), (w, -h), (w * k.u(1, 1.15), h), (-w * k.u(1, 1.15), h)], 0.12)
    k.lump((0, h), (w, 0.09, 0.15), 1)
    k.ring((w, 0), h * k.u(0.5, 0.7), k.u(0.045, 0.07), 0, (-1.7, 1.7))


def _bottle(k: Kit) -> None:
    r, neck = k.u(0.17, 0.26), k.u(0.06, 0.09)
    k.cone((0, -0.6), (0, 0.1), r)
    k.cone((0, 0.15), (0, 0.45), r * 0.85, neck)
    k.cone((0, 0.45), (0, 0.7), neck)
    k.cone((0, 0.72), (0, 0.8), neck * 1.25, None, 1)
    k.cone((0, -0.42), (0, -0.1), r * 1.02, None, 2)


def _mushroom(k: Kit) -> None:
    k.cone((0, -0.5), (0, 0.1), k.u(0.1, 0.17), k.u(0.08, 0.13))
    w, h = k.u(0.4, 0.55), k.u(0.22, 0.4)
    t = np.linspace(0, np.pi, 16)
    k.flat(np.stack([w * np.cos(t), 0.05 + h * np.sin(t)], 1), 0.14, 1, 0.1)
    for _ in range(k.n(0, 5)):
        k.lump((k.u(-0.6, 0.6) * w, 0.05 + k.u(0.2, 0.75) * h, 0.22), (0.05, 0.05, 0.03), 2)


def _ball(k: Kit) -> None:
    k.ball((0, 0), 0.55)
    for _ in range(k.n(0, 7)):
        c = unit(k.rng.normal(0, 1, 3)) * 0.5
        k.ball(c, k.u(0.09, 0.16), 1)


def _pencil(k: Kit) -> None:
    r = k.u(0.06, 0.11)
    k.cone((0, -0.75), (0, -0.65), r, None, 2)
    k.flat([(-r, -0.62), (r, -0.62), (r, 0.55), (-r, 0.55)], r * 0.6)
    k.cone((0, 0.55), (0, 0.8), r * 0.9, 0.03, 1)
    k.cone((0, 0.8), (0, 0.86), 0.03, 0.012, 3)


def _hammer(k: Kit) -> None:
    k.cone((0, 0.45), (0, -0.85), 0.06, k.u(0.06, 0.09))
    half, r = k.u(0.25, 0.36), k.u(0.1, 0.15)
    k.cone((-half, 0.48), (half * 0.5, 0.48), r, r * 0.9, 1)
    k.cone((half * 0.5, 0.48), (half * 1.2, 0.42), r * 0.8, 0.04, 1)


def _wrench(k: Kit) -> None:
    r = k.u(0.06, 0.09)
    k.cone((0, -0.6), (0, 0.4), r)
    k.ring((0, 0.6), k.u(0.16, 0.2), r, 0, (2.1, 7.3))
    k.ring((0, -0.72), k.u(0.12, 0.16), r * 0.8)


def _chair(k: Kit) -> None:
    w, seat, back = k.u(0.28, 0.36), k.u(-0.1, 0.1), k.u(0.6, 0.85)
    r = k.u(0.03, 0.05)
    k.flat([(-w, seat), (w, seat), (w * 1.15, seat - 0.2), (-w * 1.15, seat - 0.2)], 0.04, 1)
    for s in (-1, 1):
        k.cone((s * w, seat), (s * w, back), r)
        k.cone((s * w * 0.9, seat), (s * w * 0.9, -0.55, -0.2), r)
        k.cone((s * w * 1.1, seat - 0.2), (s * w * 1.1, -0.75), r)
    for y in np.linspace(seat + 0.2, back, k.n(2, 4)):
        k.cone((-w, y), (w, y), r * 0.9)


def _house(k: Kit) -> None:
    w, h = k.u(0.35, 0.55), k.u(0.3, 0.5)
    k.flat([(-w, -0.5), (w, -0.5), (w, h - 0.5), (-w, h - 0.5)], 0.05)
    k.flat([(-w * 1.2, h - 0.5), (w * 1.2, h - 0.5), (0, h - 0.5 + k.u(0.3, 0.6))], 0.07, 1, 0.02)
    k.flat([(-0.08, -0.5), (0.08, -0.5), (0.08, -0.2), (-0.08, -0.2)], 0.02, 2, 0.06)
    for s in (-1, 1):
        k.flat(
            np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * 0.07 + [s * w * 0.6, -0.25],
            0.02,
            3,
            0.06,
        )


def _gear(k: Kit) -> None:
    teeth, r, tooth = k.n(8, 14), k.u(0.4, 0.5), k.u(0.1, 0.17)
    t = np.linspace(0, 2 * np.pi, teeth * 4, endpoint=False)
    reach = r + tooth * (np.arange(teeth * 4) % 4 < 2)
    k.flat(np.stack([reach * np.cos(t), reach * np.sin(t)], 1), 0.06)
    k.lump((0, 0, 0.04), (r * k.u(0.25, 0.5),) * 2 + (0.08,), 1)


def _leaf(k: Kit) -> None:
    t = np.linspace(0, np.pi, 14)
    w = k.u(0.22, 0.42) * np.sin(t) * (1 + 0.3 * np.cos(t))
    y = -np.cos(t) * 0.7
    k.flat(np.concatenate([np.stack([w, y], 1), np.stack([-w, y], 1)[::-1]]), 0.05)
    k.cone((0, -0.95, 0.04), (0, 0.6, 0.04), 0.025, 0.012, 1)
    for f in np.linspace(0.15, 0.8, k.n(4, 6)):
        for s in (-1, 1):
            start = (0, f * 1.4 - 0.8, 0.05)
            reach = float(np.interp(start[1] + 0.1, y, w)) * 0.85
            k.cone(start, (s * reach, start[1] + reach * 0.7, 0.05), 0.014, 0.008, 1)


def _cloud(k: Kit) -> None:
    for x in np.linspace(-0.5, 0.5, k.n(4, 6)):
        r = k.u(0.18, 0.3) * (1.25 - abs(x))
        k.lump((x, r * 0.7 + k.u(-0.05, 0.05)), (r * 1.1, r, r))


def _snowflake(k: Kit) -> None:
    r, twig, at = k.u(0.025, 0.04), k.u(0.15, 0.28), k.u(0.3, 0.5)
    for i in range(6):
        a = i * np.pi / 3
        k.cone((0, 0), _toward(a, 0.75), r)
        for s in (-1, 1):
            start = _toward(a, at)
            k.cone(start, _toward(a + s * 0.9, twig, start), r * 0.8)


def _club(k: Kit) -> None:
    k.cone((0, 0.3), (0, -1.1), k.u(0.09, 0.16), k.u(0.08, 0.22))
    for _ in range(k.n(4, 7)):
        k.lump(
            k.rng.normal(0, 0.09, 3) + np.array([0, 0.45, 0]),
            tuple(k.rng.uniform(0.13, 0.26, 3)),
            0,
            k.u(0, 3),
        )


def _flower(k: Kit) -> None:
    petals, size = k.n(5, 9), k.u(0.24, 0.32)
    k.path(k.curve((0, 0.2), np.pi, 1.0, k.u(-0.6, 0.6)), 0.035, 0.045)
    for i in range(petals):
        a = i * 2 * np.pi / petals
        c = _toward(a, size, (0, 0.3))
        k.lump((*c, 0.03), (size * 0.55 * 5 / petals + 0.03, size * 0.8, 0.05), 1, -a)
    k.ball((0, 0.3, 0.08), k.u(0.1, 0.15), 2)


def _strokes(lines: list[tuple]) -> Callable[[Kit], None]:
    def letter(k: Kit) -> None:
        r, width = k.u(0.06, 0.13), k.u(0.75, 1.1)
        for a, b in lines:
            k.cone((a[0] * width, a[1]), (b[0] * width, b[1]), r)

    return letter


RECIPES: dict[str, Callable[[Kit], None]] = {
    "ant": _ant,
    "ball": _ball,
    "bare tree": _bare_tree,
    "bottle": _bottle,
    "butterfly": _butterfly,
    "cactus": _cactus,
    "chair": _chair,
    "cloud": _cloud,
    "club": _club,
    "comb": _comb,
    "fan rake": _fan_rake,
    "fish": _fish,
    "flower": _flower,
    "fork": _fork,
    "gear": _gear,
    "hammer": _hammer,
    "house": _house,
    "key": _key,
    "knife": _knife,
    "leaf": _leaf,
    "leafy tree": _leafy_tree,
    "letter E": _strokes([((-0.3, -0.5), (-0.3, 0.5)), ((-0.3, 0.5), (0.3, 0.5)),
                          ((-0.3, 0), (0.22, 0)), ((-0.3, -0.5), (0.3, -0.5))]),
    "letter T": _strokes([((0, -0.55), (0, 0.5)), ((-0.4, 0.5), (0.4, 0.5))]),
    "mug": _mug,
    "mushroom": _mushroom,
    "octopus": _octopus,
    "paintbrush": _paintbrush,
    "pencil": _pencil,
    "pine": _pine,
    "plug": _plug,
    "rake": _rake,
    "slingshot": _slingshot,
    "snake": _snake,
    "snowflake": _snowflake,
    "spider": _spider,
    "spoon": _spoon,
    "starfish": _starfish,
    "toothbrush": _toothbrush,
    "trident": _trident,
    "wrench": _wrench,
}  # fmt: skip
