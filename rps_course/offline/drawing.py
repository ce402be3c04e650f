"""Hands that show rock, paper or scissors, drawn in three dimensions.

A hand is a skeleton of tapered capsules: palm, five fingers of three bones each, wrist and forearm.
A gesture sets the joints' angles, chance varies them together with the orientation, the size, left
or right, skin and light. `scene` rasterizes and lights it; seeds, data splits and caching are
`hands`' work.

The hand's own frame: its palm lies in the x-y plane, y points from the wrist to the fingers, x to
the thumb's side, z out of the back of the hand. The unit is the palm's length.
"""

from dataclasses import dataclass

import numpy as np

from rps_course.offline.scene import Light, Scene, rotation, unit

SUPERSAMPLING = 1.5
ROCK, PAPER, SCISSORS = 0, 1, 2
FIRST_FINGER_BONE = 9  # before it come four of the forearm and five of the palm

# Index, middle, ring and little finger: where they start, their bones' lengths, their radius.
_KNUCKLES = np.array(
    [[0.33, 0.95, 0.0], [0.11, 1.0, 0.04], [-0.11, 0.95, 0.03], [-0.31, 0.85, -0.02]]
)
_BONES = np.array([[0.46, 0.28, 0.2], [0.51, 0.32, 0.21], [0.47, 0.3, 0.21], [0.37, 0.21, 0.18]])
_THICK = np.array([0.118, 0.12, 0.114, 0.1])

# The thumb's joints (base, knuckle, joint, tip) and where its nail faces, by gesture.
_THUMB_OPEN = np.array(
    [[0.26, 0.12, -0.08], [0.56, 0.44, -0.14], [0.78, 0.7, -0.15], [0.92, 0.95, -0.13]]
)
_THUMB_FIST = np.array(
    [[0.26, 0.12, -0.1], [0.52, 0.44, -0.3], [0.4, 0.74, -0.56], [0.08, 0.82, -0.68]]
)
_THUMB_SCISSORS = np.array(
    [[0.26, 0.12, -0.1], [0.45, 0.45, -0.33], [0.24, 0.7, -0.56], [-0.08, 0.78, -0.64]]
)

# Skin from very light to very dark, RGB.
_SKIN = np.array(
    [
        [0.98, 0.85, 0.77],
        [0.95, 0.78, 0.68],
        [0.91, 0.72, 0.58],
        [0.84, 0.63, 0.47],
        [0.74, 0.53, 0.38],
        [0.62, 0.42, 0.29],
        [0.52, 0.34, 0.24],
        [0.43, 0.28, 0.2],
    ]
)
_POLISH = np.array(
    [[0.8, 0.05, 0.1], [0.55, 0.05, 0.25], [0.95, 0.45, 0.6], [0.1, 0.15, 0.45], [0.1, 0.1, 0.1],
     [0.2, 0.55, 0.5], [0.95, 0.9, 0.9], [0.5, 0.3, 0.6]]
)  # fmt: skip


@dataclass
class _Bone:
    """One capsule of the skeleton, in the hand's frame."""

    a: np.ndarray
    b: np.ndarray
    ra: float
    rb: float
    tint: float  # redness, 0 to 1
    blend: float
    joint: bool = False  # starts at a finger joint: gets a crease there
    nail: np.ndarray | None = None  # where its nail faces


def _finger_angles(label: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Returns (bends [4, 3], spreads [4]) of the four fingers in radians."""
    fist = np.array([82.0, 98.0, 62.0])
    straight = np.array([6.0, 8.0, 5.0])
    bends = np.tile(fist, (4, 1)) + rng.normal(0, 4, (4, 3))
    spreads = np.array([1.0, 0.0, -3.0, -6.0]) + rng.normal(0, 1, 4)
    if label == ROCK:
        bends += rng.normal(0, 4, 3)
        bends[:, 0] = np.minimum(bends[:, 0], 92)
    elif label == PAPER:
        bends = straight * rng.uniform(-0.8, 1.6, (4, 1)) + rng.normal(0, 3, (4, 3))
        spreads = np.array([12.0, 2.0, -9.0, -21.0]) * rng.uniform(0.75, 1.4) + rng.normal(0, 1, 4)
    else:
        bends[:2] = straight * rng.uniform(-0.6, 1.6, (2, 1)) + rng.normal(0, 3, (2, 3))
        opening = rng.uniform(20, 40)
        lean = rng.normal(0, 3)
        spreads[0] = opening * 0.5 + lean
        spreads[1] = -opening * 0.5 + lean
    bends[:, 1:] = np.maximum(bends[:, 1:], -4)
    return np.radians(bends), np.radians(spreads)


def _skeleton(label: int, rng: np.random.Generator) -> list[_Bone]:
    """Returns the capsules of a hand that shows `label`; the forearm's come first."""
    width = rng.uniform(0.92, 1.1)
    thick = rng.uniform(0.88, 1.14)
    long = rng.uniform(0.93, 1.12)
    stretch = np.array([width, 1.0, 1.0])
    bones = []

    bend = rotation(0, rng.normal(0, 0.12)) @ rotation(2, rng.normal(0, 0.12))
    arm = rng.uniform(0.95, 1.2) * thick
    for side in (-1, 1):
        wrist = np.array([0.12 * side, 0.02, -0.03])
        mid = bend @ np.array([0.17 * side, -1.2, -0.03])
        end = bend @ np.array([0.24 * side, -7.0, -0.03])
        bones.append(_Bone(wrist, mid, 0.185 * arm, 0.24 * arm, 0.15, 0.3))
        bones.append(_Bone(mid, end, 0.24 * arm, 0.42 * arm, 0.1, 0.3))

    knuckles = _KNUCKLES * stretch
    starts = np.array(
        [[0.17, 0.06, -0.03], [0.06, 0.05, 0.0], [-0.06, 0.05, 0.0], [-0.17, 0.06, -0.03]]
    )
    for start, knuckle, t in zip(starts, knuckles, _THICK, strict=True):
        low = knuckle - [0, 0.03, 0.04]
        bones.append(_Bone(start * stretch, low, 0.19 * thick, 1.28 * t * thick, 0.25, 0.22))
    # The ball of the little finger's side.
    bones.append(
        _Bone(np.array([-0.22, 0.2, -0.12]), np.array([-0.27, 0.6, -0.09]), 0.17, 0.14, 0.3, 0.22)
    )

    bends, spreads = _finger_angles(label, rng)
    for i in range(4):
        joint, r = knuckles[i], _THICK[i] * thick
        forward = np.array([np.sin(spreads[i]), np.cos(spreads[i]), 0.0])
        dorsal = np.array([0.0, 0.0, 1.0])
        for k in range(3):
            c, s = np.cos(bends[i, k]), np.sin(bends[i, k])
            forward, dorsal = forward * c - dorsal * s, dorsal * c + forward * s
            end = joint + forward * _BONES[i, k] * long
            ra, rb = r * (1.0 - 0.1 * k), r * (0.92 - 0.11 * k)
            tint = (0.35, 0.35, 0.75)[k]
            bones.append(
                _Bone(
                    joint,
                    end,
                    ra,
                    rb,
                    tint,
                    (0.1, 0.035, 0.035)[k],
                    True,
                    dorsal if k == 2 else None,
                )
            )
            joint = end

    thumb = {ROCK: _THUMB_FIST, PAPER: _THUMB_OPEN, SCISSORS: _THUMB_SCISSORS}[label] * stretch
    thumb = thumb + rng.normal(0, 0.02, (4, 3)) * np.array([[0], [0.7], [1], [1.3]])
    if label == PAPER:
        turn = rotation(2, rng.uniform(-0.2, 0.35))
        thumb[1:] = (thumb[1:] - thumb[0]) @ turn.T + thumb[0]
        facing = np.array([0.45, -0.35, 0.8])
    else:
        facing = np.array([0.3, 0.35, -0.9])
    radii = np.array([0.2, 0.155, 0.132, 0.105]) * thick
    for k in range(3):
        nail = None
        if k == 2:
            axis = unit(thumb[3] - thumb[2])
            nail = unit(facing - axis * (facing @ axis))
        blend = (0.2, 0.06, 0.03)[k]
        bones.append(
            _Bone(
                thumb[k],
                thumb[k + 1],
                radii[k],
                radii[k + 1],
                (0.3, 0.35, 0.7)[k],
                blend,
                k == 2,
                nail,
            )
        )
    return bones


def _orientation(label: int, rng: np.random.Generator) -> np.ndarray:
    """Returns the rotation from the hand's frame to the picture (x right, y down, z to us)."""
    palm_side = rng.random() < 0.4
    if label == ROCK:
        roll = rng.uniform(-75, 75)
        pitch = rng.uniform(-25, 30)
    else:
        # From the edge, fingers hide each other and nobody could name the picture.
        reach = 38 if label == PAPER else 33
        roll = rng.uniform(-reach, reach)
        pitch = rng.uniform(-28, 28)
    roll += 180 if palm_side else 0
    orientation = rotation(0, np.radians(pitch)) @ rotation(1, np.radians(roll))
    if rng.random() < 0.5:
        orientation = orientation @ np.diag([-1.0, 1.0, 1.0])  # the other hand
    turn = rng.uniform(0, 2 * np.pi)
    return np.diag([1.0, -1.0, 1.0]) @ rotation(2, turn) @ orientation


def _skin(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Returns (skin, reddish skin) colors."""
    tone = rng.uniform(0, len(_SKIN) - 1)
    i = min(int(tone), len(_SKIN) - 2)
    skin = _SKIN[i] + (_SKIN[i + 1] - _SKIN[i]) * (tone - i)
    skin = np.clip(skin + rng.normal(0, 0.015, 3), 0, 1)
    return skin, np.clip(skin * np.array([1.0, 0.84, 0.82]), 0, 1)


def render_hand(label: int, rng: np.random.Generator, size: int = 300) -> np.ndarray:
    """Draws one hand on white, its arm coming in from the picture's border.

    Args:
        label: 0 rock (a fist), 1 paper (flat, fingers spread) or 2 scissors (two fingers in a V).
        rng: source of everything that varies; the same state gives the same picture.
        size: side of the picture in pixels.

    Returns:
        uint8 [size, size, 3].

    Raises:
        ValueError: `label` is none of 0, 1, 2.
    """
    if label not in (ROCK, PAPER, SCISSORS):
        raise ValueError(f"Received label {label!r}. Allowed: 0 (rock), 1 (paper), 2 (scissors).")
    canvas = round(size * SUPERSAMPLING)
    bones = _skeleton(label, rng)
    orientation = _orientation(label, rng)
    scale = rng.uniform(0.25, 0.34) * (1.18 if label == ROCK else 1.0) * canvas

    # Center what shows the gesture, then move it about as far as it stays in the picture.
    tips = [
        (orientation @ p, r)
        for bone in bones[4:]
        for p, r in ((bone.a, bone.ra), (bone.b, bone.rb))
    ]
    low = np.min([p[:2] - r for p, r in tips], axis=0)
    high = np.max([p[:2] + r for p, r in tips], axis=0)
    scale = min(scale, 0.94 * canvas / float((high - low).max()))
    slack = np.maximum(canvas - (high - low) * scale, 0) / 2
    shift = canvas / 2 - (low + high) / 2 * scale
    shift = shift + slack * rng.uniform(-0.75, 0.75, 2)

    def place(p: np.ndarray) -> np.ndarray:
        q = orientation @ p * scale
        q[:2] += shift
        return q

    scene = Scene(canvas)
    skin, red = _skin(rng)
    blush = rng.uniform(0.4, 1.0)
    for i, bone in enumerate(bones):
        if i == FIRST_FINGER_BONE:
            scene.smooth(0.1 * scale)  # skin over the palm's bones
        part = scene.new_part(skin + (red - skin) * bone.tint * blush)
        scene.cone(
            place(bone.a), place(bone.b), bone.ra * scale, bone.rb * scale, part, bone.blend * scale
        )

    albedo = scene.albedo(soften=0.07 * scale).copy()
    shine = np.ones((canvas, canvas), np.float32)
    _wrinkle(scene, bones, albedo, scale)
    _palm_lines(scene, orientation, shift, scale, albedo, float(rng.uniform(0.1, 0.22)))
    polish = _POLISH[rng.integers(len(_POLISH))] if rng.random() < 0.3 else None
    nail_color = np.clip(skin * 0.82 + np.array([0.2, 0.14, 0.14]), 0, 1)
    for part, bone in enumerate(bones):
        if bone.nail is not None:
            _nail(scene, part, bone, place, orientation, scale, albedo, shine,
                  nail_color if polish is None else polish, polish is not None)  # fmt: skip

    light = Light.random(rng, specular=rng.uniform(0.03, 0.12), wrap=(0.5, 0.32, 0.28))
    white = rng.uniform(0.92, 1.02) * (1 + rng.normal(0, 0.006, 3))
    tilt = rng.uniform(-0.05, 0.05, 2)
    ramp = np.linspace(-1, 1, canvas, dtype=np.float32)
    ground = 1 + np.float32(tilt[0]) * ramp[None, :] + np.float32(tilt[1]) * ramp[:, None]
    ground = np.minimum(ground[..., None] * white.astype(np.float32), 1)
    exposure = rng.uniform(0.88, 1.06)
    light.ambient *= exposure
    light.diffuse *= exposure
    return scene.render(albedo, light, ground, size, rng, rng.uniform(0.003, 0.012), shine)


def _wrinkle(scene: Scene, bones: list[_Bone], albedo: np.ndarray, scale: float) -> None:
    """Darkens the skin in a thin line across each finger joint."""
    lengths = np.array([np.linalg.norm(b.b - b.a) for b in bones] + [1.0])
    marked = np.array([b.joint for b in bones] + [False])
    rows, columns = np.nonzero(marked[scene.part])
    part = scene.part[rows, columns]
    distance = scene.along[rows, columns] * lengths[part]
    dark = 0.2 * np.exp(-(((distance - 0.012) / 0.012) ** 2))
    dark += 0.1 * np.exp(-(((distance - 0.05) / 0.01) ** 2))
    albedo[rows, columns] *= (1 - dark[:, None]).astype(np.float32)


def _palm_lines(
    scene: Scene,
    orientation: np.ndarray,
    shift: np.ndarray,
    scale: float,
    albedo: np.ndarray,
    strength: float,
) -> None:
    """Draws the three lines of an open palm where the palm faces the viewer."""
    if orientation[2, 2] > -0.2:
        return
    rows, columns = np.nonzero((scene.part >= 4) & (scene.part <= 8))
    if not rows.size:
        return
    depth = scene.depth[rows, columns]
    p = np.stack([columns - shift[0], rows - shift[1], depth]).astype(np.float32) / np.float32(
        scale
    )
    x, y, z = orientation.T.astype(np.float32) @ p
    dark = np.zeros(len(rows), np.float32)
    for cx, cy, r in ((0.5, 0.3, 0.42), (0.12, 1.05, 0.42), (-0.12, 1.25, 0.5)):
        off = np.sqrt((x - cx) ** 2 + (y - cy) ** 2) - r
        dark += np.exp(-((off / 0.014) ** 2))
    dark *= (z < -0.05) * strength
    albedo[rows, columns] *= (1 - np.minimum(dark, 0.4))[:, None]


def _nail(
    scene: Scene,
    part: int,
    bone: _Bone,
    place: object,
    orientation: np.ndarray,
    scale: float,
    albedo: np.ndarray,
    shine: np.ndarray,
    color: np.ndarray,
    glossy: bool,
) -> None:
    """Colors the nail on a finger's last bone, as far as it can be seen."""
    axis, up = orientation @ unit(bone.b - bone.a), orientation @ bone.nail
    if up[2] < -0.6:
        return
    side = np.cross(axis, up)
    r = bone.rb * scale
    center = place(bone.b) + axis * r * 0.1 + up * r * 0.85
    reach = int(r * 1.8) + 2
    x0, y0 = (max(int(c) - reach, 0) for c in center[:2])
    window = (slice(y0, int(center[1]) + reach), slice(x0, int(center[0]) + reach))
    mine = scene.part[window] == part
    if not mine.any():
        return
    rows, columns = np.nonzero(mine)
    p = np.stack([columns + x0, rows + y0, scene.depth[window][mine]], 1) - center
    u, v, w = p @ axis / (1.0 * r), p @ side / (0.72 * r), p @ up
    inside = (u**4 + v**4 < 1) & (w > -0.75 * r)
    rows, columns = rows[inside] + y0, columns[inside] + x0
    albedo[rows, columns] = color
    rim = (u**4 + v**4)[inside] > 0.62
    albedo[rows[rim], columns[rim]] *= 0.86
    shine[rows, columns] = 5.0 if glossy else 2.5
