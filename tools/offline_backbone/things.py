"""Forty kinds of things that are not hands: what the offline backbone learns to see from.

Pretraining wants pictures whose classes differ in what also tells gestures apart, the shape, number
and direction of elongated parts under light, while color, size, pose and background tell nothing.
What each thing is made of is in `made` and `natural`.
"""

import numpy as np
from PIL import Image

from rps_course.offline.scene import Light, rotation
from tools.offline_backbone.kit import Kit
from tools.offline_backbone.made import MADE
from tools.offline_backbone.natural import NATURAL
from tools.offline_backbone.scene import ThingScene

_RECIPES = MADE | NATURAL
THINGS = tuple(sorted(_RECIPES))


def _colors(rng: np.random.Generator) -> list[np.ndarray]:
    """Returns four colors; often browns and pinks, so that being skin-colored means nothing."""
    colors = []
    for _ in range(4):
        if rng.random() < 0.45:
            color = np.array([0.95, 0.72, 0.58]) ** rng.uniform(0.4, 3.2) + rng.normal(0, 0.04, 3)
        else:
            color = rng.uniform(0.08, 0.95, 3)
        colors.append(np.clip(color, 0.04, 0.98))
    if rng.random() < 0.45:  # all of one material
        colors[1:] = [np.clip(colors[0] * rng.uniform(0.85, 1.1), 0, 1) for _ in range(3)]
    return colors


def _ground(rng: np.random.Generator, canvas: int) -> np.ndarray:
    """Returns a background, float32 [canvas, canvas, 3]: mostly white, sometimes anything."""
    base = np.full(3, rng.uniform(0.88, 1.02)) + rng.normal(0, 0.01, 3)
    contrast = 0.05
    if rng.random() < 0.12:
        base, contrast = rng.uniform(0.3, 1.0, 3), 0.2
    cells = int(rng.integers(2, 7)) if contrast < 0.1 else int(rng.integers(2, 24))
    rough = Image.fromarray(rng.uniform(-1, 1, (cells, cells)).astype(np.float32))
    rough = np.asarray(rough.resize((canvas, canvas), Image.Resampling.BICUBIC))
    strength = np.float32(contrast * rng.uniform(0, 1))
    return np.clip(base.astype(np.float32) * (1 + strength * rough[..., None]), 0, 1)


def _texture(rng: np.random.Generator, albedo: np.ndarray) -> np.ndarray:
    """Returns the colors with a pattern on them: stripes, blotches or, mostly, none."""
    kind, canvas = rng.random(), len(albedo)
    strength = np.float32(rng.uniform(0.05, 0.3))
    if kind < 0.12:
        angle, period = rng.uniform(0, np.pi), rng.uniform(0.03, 0.12) * canvas
        axis = np.arange(canvas, dtype=np.float32) * np.float32(2 * np.pi / period)
        wave = np.sin(
            axis[None] * np.float32(np.cos(angle)) + axis[:, None] * np.float32(np.sin(angle))
        )
        return albedo * (1 - strength * (wave > 0)[..., None])
    if kind < 0.3:
        cells = int(rng.integers(8, 48))
        rough = Image.fromarray(rng.uniform(-1, 1, (cells, cells)).astype(np.float32))
        rough = np.asarray(rough.resize((canvas, canvas), Image.Resampling.BICUBIC))
        return np.clip(albedo * (1 + strength * rough[..., None]), 0, 1)
    return albedo


def render_thing(class_name: str, rng: np.random.Generator, size: int = 96) -> np.ndarray:
    """Draws one thing in a random pose, size, color and light, now and then cut by the border.

    Args:
        class_name: one of `THINGS`.
        rng: source of everything that varies; the same state gives the same picture.
        size: side of the picture in pixels.

    Returns:
        uint8 [size, size, 3].

    Raises:
        ValueError: there is no such thing.
    """
    if class_name not in _RECIPES:
        raise ValueError(f"Received class_name={class_name!r}. Allowed: {', '.join(THINGS)}.")
    # Half of them without smooth edges: pictures that were shrunk by bilinear resizing look so too.
    canvas = round(size * (1.5 if rng.random() < 0.5 else 1.0))
    kit = Kit(rng)
    _RECIPES[class_name](kit)

    view = rotation(0, rng.uniform(-0.7, 0.7)) @ rotation(1, rng.uniform(-0.7, 0.7))
    view = rotation(2, rng.uniform(0, 2 * np.pi)) @ view
    if rng.random() < 0.5:
        view = np.diag([-1.0, 1.0, 1.0]) @ view
    reach = [(view @ p, r) for a, b, ra, rb, _ in kit.cones for p, r in ((a, ra), (b, rb))]
    reach += [(view @ c, float(max(r))) for c, _, r, _ in kit.ellipsoids]
    flats = [np.c_[p, np.full(len(p), z)] @ view.T for p, _, _, z in kit.flats]
    reach += [(p, 0.0) for points in flats for p in points]
    low = np.min([p[:2] - r for p, r in reach], axis=0)
    high = np.max([p[:2] + r for p, r in reach], axis=0)
    # From half the picture's side to a little more than all of it.
    scale = canvas * rng.uniform(0.5, 1.12) / float((high - low).max())
    slack = np.maximum(canvas - (high - low) * scale, 0.12 * canvas) / 2
    shift = canvas / 2 - (low + high) / 2 * scale + slack * rng.uniform(-1, 1, 2)
    offset = np.array([*shift, 0.0])

    scene = ThingScene(canvas)
    parts = [scene.new_part(c) for c in _colors(rng)]
    for points, (_, thick, color, _) in zip(flats, kit.flats, strict=True):
        placed = points * scale + offset
        scene.cutout(placed[:, :2], float(placed[:, 2].mean()), thick * scale, parts[color])
    blend = rng.uniform(0.0, 0.04) * scale
    for a, b, ra, rb, color in kit.cones:
        scene.cone(view @ a * scale + offset, view @ b * scale + offset,
                   ra * scale, rb * scale, parts[color], blend)  # fmt: skip
    for center, axes, radii, color in kit.ellipsoids:
        mirrored = view @ axes
        scene.ellipsoid(
            view @ center * scale + offset, mirrored, radii * scale, parts[color], blend
        )
    wrap = tuple(rng.uniform(0.15, 0.5, 3)) if rng.random() < 0.5 else (0.3, 0.3, 0.3)
    light = Light.random(rng, specular=rng.uniform(0, 0.35), gloss=rng.uniform(6, 40), wrap=wrap)
    albedo = _texture(rng, scene.albedo())
    return scene.render(albedo, light, _ground(rng, canvas), size, rng, rng.uniform(0, 0.012))
