"""Recipes of things that nobody makes: plants, animals, a cloud, a snowflake."""

import numpy as np

from tools.offline_backbone.kit import Kit, Recipes, toward


def _branch(k: Kit, start: tuple, angle: float, length: float, r: float, depth: int) -> None:
    end = toward(angle, length, start)
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
            knee = toward(a, k.u(0.35, 0.45), (0, 0.08))
            k.cone((0, 0.08), (*knee, 0.15), 0.025)
            k.cone(
                (*knee, 0.15),
                (*toward(a + s * k.u(0.2, 0.6), k.u(0.35, 0.45), knee), -0.1),
                0.022,
                0.012,
            )


def _ant(k: Kit) -> None:
    for y, r in ((-0.38, k.u(0.17, 0.22)), (0.0, 0.11), (0.27, k.u(0.11, 0.15))):
        k.lump((0, y), (r * 0.8, r * 1.25, r * 0.8))
    for s in (-1, 1):
        for i in range(3):
            a = s * (0.9 + 0.65 * i)
            knee = toward(a, 0.25, (0, 0.02))
            k.cone((0, 0.02), knee, 0.025)
            k.cone(knee, toward(a + s * k.u(0.1, 0.7), 0.28, knee), 0.022, 0.014)
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


def _mushroom(k: Kit) -> None:
    k.cone((0, -0.5), (0, 0.1), k.u(0.1, 0.17), k.u(0.08, 0.13))
    w, h = k.u(0.4, 0.55), k.u(0.22, 0.4)
    t = np.linspace(0, np.pi, 16)
    k.flat(np.stack([w * np.cos(t), 0.05 + h * np.sin(t)], 1), 0.14, 1, 0.1)
    for _ in range(k.n(0, 5)):
        k.lump((k.u(-0.6, 0.6) * w, 0.05 + k.u(0.2, 0.75) * h, 0.22), (0.05, 0.05, 0.03), 2)


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
        k.cone((0, 0), toward(a, 0.75), r)
        for s in (-1, 1):
            start = toward(a, at)
            k.cone(start, toward(a + s * 0.9, twig, start), r * 0.8)


def _flower(k: Kit) -> None:
    petals, size = k.n(5, 9), k.u(0.24, 0.32)
    k.path(k.curve((0, 0.2), np.pi, 1.0, k.u(-0.6, 0.6)), 0.035, 0.045)
    for i in range(petals):
        a = i * 2 * np.pi / petals
        c = toward(a, size, (0, 0.3))
        k.lump((*c, 0.03), (size * 0.55 * 5 / petals + 0.03, size * 0.8, 0.05), 1, -a)
    k.ball((0, 0.3, 0.08), k.u(0.1, 0.15), 2)


NATURAL: Recipes = {
    "ant": _ant,
    "bare tree": _bare_tree,
    "butterfly": _butterfly,
    "cactus": _cactus,
    "cloud": _cloud,
    "fish": _fish,
    "flower": _flower,
    "leaf": _leaf,
    "leafy tree": _leafy_tree,
    "mushroom": _mushroom,
    "octopus": _octopus,
    "pine": _pine,
    "snake": _snake,
    "snowflake": _snowflake,
    "spider": _spider,
    "starfish": _starfish,
}
