"""Recipes of things that people make: tools, dishes, buildings, letters."""

from collections.abc import Callable

import numpy as np

from rps_course.offline.scene import unit
from tools.offline_backbone.kit import Kit, Recipes, toward


def _prongs(k: Kit, count: int, spread: float, width: float, length: float, thick: float) -> None:
    """Adds a handle below and `count` prongs above, `spread` radians apart at the outermost."""
    bend = k.u(-0.15, 0.15)
    k.path(k.curve((0, 0), np.pi, k.u(0.6, 1.3), bend), thick * k.u(1.0, 1.8), thick * k.u(1, 2.2))
    for i in range(count):
        f = 0.0 if count == 1 else i / (count - 1) - 0.5
        start = (f * width, 0.04)
        end = toward(f * spread, length * k.u(0.94, 1.06), start)
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


def _club(k: Kit) -> None:
    k.cone((0, 0.3), (0, -1.1), k.u(0.09, 0.16), k.u(0.08, 0.22))
    for _ in range(k.n(4, 7)):
        k.lump(
            k.rng.normal(0, 0.09, 3) + np.array([0, 0.45, 0]),
            tuple(k.rng.uniform(0.13, 0.26, 3)),
            0,
            k.u(0, 3),
        )


def _strokes(lines: list[tuple]) -> Callable[[Kit], None]:
    def letter(k: Kit) -> None:
        r, width = k.u(0.06, 0.13), k.u(0.75, 1.1)
        for a, b in lines:
            k.cone((a[0] * width, a[1]), (b[0] * width, b[1]), r)

    return letter


MADE: Recipes = {
    "ball": _ball,
    "bottle": _bottle,
    "chair": _chair,
    "club": _club,
    "comb": _comb,
    "fan rake": _fan_rake,
    "fork": _fork,
    "gear": _gear,
    "hammer": _hammer,
    "house": _house,
    "key": _key,
    "knife": _knife,
    "letter E": _strokes([((-0.3, -0.5), (-0.3, 0.5)), ((-0.3, 0.5), (0.3, 0.5)),
                          ((-0.3, 0), (0.22, 0)), ((-0.3, -0.5), (0.3, -0.5))]),
    "letter T": _strokes([((0, -0.55), (0, 0.5)), ((-0.4, 0.5), (0.4, 0.5))]),
    "mug": _mug,
    "paintbrush": _paintbrush,
    "pencil": _pencil,
    "plug": _plug,
    "rake": _rake,
    "slingshot": _slingshot,
    "spoon": _spoon,
    "toothbrush": _toothbrush,
    "trident": _trident,
    "wrench": _wrench,
}  # fmt: skip
