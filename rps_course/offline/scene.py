"""A small renderer of solid shapes: tapered capsules, with light.

Shapes are rasterized in closed form into a depth map, neighbors are blended smoothly, and the
finished map is lit (diffuse and specular light, darkened creases, a soft shadow on the ground).
What is drawn is `drawing`'s work. Only NumPy and Pillow are needed.

Coordinates are pixels of the (supersampled) canvas: x to the right, y down, z towards the viewer,
who looks along -z without perspective.
"""

from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageFilter

FAR = np.float32(-1e4)  # depth where nothing was drawn


def unit(v: np.ndarray) -> np.ndarray:
    """Returns `v` scaled to length 1."""
    v = np.asarray(v, np.float64)
    return v / max(float(np.sqrt(v @ v)), 1e-12)


def rotation(axis: int, angle: float) -> np.ndarray:
    """Returns the float64 [3, 3] matrix that turns by `angle` radians about axis 0, 1 or 2."""
    c, s = np.cos(angle), np.sin(angle)
    i, j = [(1, 2), (2, 0), (0, 1)][axis]
    m = np.eye(3)
    m[i, i] = m[j, j] = c
    m[i, j], m[j, i] = -s, s
    return m


@dataclass
class Light:
    """How a scene is lit.

    Attributes:
        direction: towards the light, float [3], z > 0.
        ambient: light that reaches every surface, 0 to 1.
        diffuse: strength of the directed light.
        specular: strength of the highlight.
        gloss: exponent of the highlight; larger is sharper.
        wrap: float [3], how far red, green and blue light creeps around an edge (skin: red most).
        crease: how much darker narrow gaps are, 0 to 1.
        shadow: darkness of the shadow on the ground, 0 to 1.
    """

    direction: np.ndarray
    ambient: float = 0.45
    diffuse: float = 0.65
    specular: float = 0.12
    gloss: float = 12.0
    wrap: tuple[float, float, float] = (0.3, 0.3, 0.3)
    crease: float = 0.6
    shadow: float = 0.25

    @classmethod
    def random(cls, rng: np.random.Generator, **kwargs: object) -> "Light":
        """Returns a light somewhere above the scene, softer or harder, as in a room."""
        turn = rng.uniform(0, 2 * np.pi)
        lean = rng.uniform(0.25, 0.85)
        ambient = rng.uniform(0.38, 0.6)
        return cls(
            direction=unit(np.array([np.cos(turn) * lean, np.sin(turn) * lean, 1.0])),
            ambient=ambient,
            diffuse=rng.uniform(1.0, 1.15) - ambient,
            shadow=rng.uniform(0.08, 0.38),
            crease=rng.uniform(0.4, 0.75),
            **kwargs,
        )


@dataclass
class Scene:
    """A canvas that shapes are drawn into; the nearest one wins, with smooth joints.

    Attributes:
        size: side of the square canvas in pixels.
        depth: float32 [size, size], z of the nearest surface, `FAR` where there is none.
        part: int16 [size, size], which part was drawn last in front, -1 for none.
        along: float32 [size, size], position along that part's axis, 0 at its start to 1.
        colors: float RGB in [0, 1] of each part, in the order in which the parts were added.
    """

    size: int
    depth: np.ndarray = field(init=False)
    part: np.ndarray = field(init=False)
    along: np.ndarray = field(init=False)
    colors: list = field(default_factory=list)

    def __post_init__(self) -> None:
        shape = (self.size, self.size)
        self.depth = np.full(shape, FAR, np.float32)
        self.part = np.full(shape, -1, np.int16)
        self.along = np.zeros(shape, np.float32)

    def new_part(self, color: np.ndarray) -> int:
        """Adds a color and returns the number of the part that has it."""
        self.colors.append(np.asarray(color, np.float64))
        return len(self.colors) - 1

    def _box(self, low: np.ndarray, high: np.ndarray) -> tuple | None:
        x0, y0 = (max(int(np.floor(v)), 0) for v in low[:2])
        x1, y1 = (min(int(np.ceil(v)) + 1, self.size) for v in high[:2])
        if x0 >= x1 or y0 >= y1:
            return None
        x = np.arange(x0, x1, dtype=np.float32)[None, :]
        y = np.arange(y0, y1, dtype=np.float32)[:, None]
        return (slice(y0, y1), slice(x0, x1)), x, y

    def _merge(self, where: tuple, z: np.ndarray, along: object, part: int, blend: float) -> None:
        depth = self.depth[where]
        front = z > depth
        if blend > 0:
            # Polynomial smooth maximum (Quilez, "Smooth minimum"): rounds the joint over `blend`.
            h = np.maximum(blend - np.abs(z - depth), 0)
            np.maximum(depth, z, out=depth)
            depth += h * h * np.float32(0.25 / blend)
        else:
            np.maximum(depth, z, out=depth)
        self.part[where][front] = part
        if isinstance(along, np.ndarray):
            self.along[where][front] = along[front]
        else:
            self.along[where][front] = along

    def cone(
        self,
        a: np.ndarray,
        b: np.ndarray,
        ra: float,
        rb: float,
        part: int,
        blend: float = 0.0,
    ) -> None:
        """Draws a round cone: all spheres between (`a`, radius `ra`) and (`b`, radius `rb`).

        Args:
            a: center of the first sphere, [3], pixels.
            b: center of the last sphere, [3], pixels.
            ra: radius of the first sphere, pixels.
            rb: radius of the last sphere, pixels.
            part: number from `new_part`.
            blend: depth over which the joint with what is already there is rounded, pixels.

        The intersection of a ray with the cone's side is Inigo Quilez' ("Intersectors", rounded
        cone), for rays along -z.
        """
        a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
        boxed = self._box(np.minimum(a - ra, b - rb), np.maximum(a + ra, b + rb))
        if boxed is None:
            return
        where, x, y = boxed
        ba = b - a
        bx, by, bz = (float(v) for v in ba)
        rr = float(ra - rb)
        m0 = float(ba @ ba)
        d2 = m0 - rr * rr
        dx, dy = x - np.float32(a[0]), y - np.float32(a[1])
        m5 = dx * dx + dy * dy
        z = np.full(m5.shape, FAR, np.float32)
        along = np.zeros(m5.shape, np.float32)

        spheres = [(a, ra, 0.0, m5)]
        k2 = d2 - bz * bz
        # Seen nearly end on, one disk covers the other and the side has no outline of its own:
        # spheres in between draw the same surface.
        steps = 1 if k2 > 1e-3 * m0 else 6
        for i in range(1, steps + 1):
            f = i / steps
            c = a + ba * f
            spheres.append((c, ra + (rb - ra) * f, f, None))
        for c, r, f, d in spheres:
            if d is None:
                ex, ey = x - np.float32(c[0]), y - np.float32(c[1])
                d = ex * ex + ey * ey
            h = np.float32(r * r) - d
            top = np.where(h > 0, np.sqrt(np.maximum(h, 0)) + np.float32(c[2]), FAR)
            along[top > z] = f
            np.maximum(z, top, out=z)
        if steps == 1:
            m1 = dx * np.float32(bx) + dy * np.float32(by)
            k1 = (m1 - np.float32(rr * ra)) * np.float32(bz)
            k0 = (
                np.float32(d2) * m5 - m1 * (m1 - np.float32(2 * rr * ra)) - np.float32(m0 * ra * ra)
            )
            h = k1 * k1 - k0 * np.float32(k2)
            t = (-np.sqrt(np.maximum(h, 0)) - k1) * np.float32(1 / k2)
            f = (m1 - np.float32(ra * rr) - t * np.float32(bz)) * np.float32(1 / d2)
            side = (h >= 0) & (f > 0) & (f < 1)
            z = np.where(side, np.float32(a[2]) - t, z)
            along = np.where(side, f, along)
        self._merge(where, z, along, part, blend)

    def smooth(self, radius: float) -> None:
        """Evens out the depth of what has been drawn so far, keeping its outline.

        Args:
            radius: over how many pixels.
        """
        solid = self.depth > FAR / 2
        small = max(int(self.size / max(radius, 1.0)), 8)

        def blur(values: np.ndarray) -> np.ndarray:
            # Down and up again is a float blur that Pillow does in a millisecond.
            image = Image.fromarray(values).resize((small, small), Image.Resampling.BILINEAR)
            return np.asarray(image.resize((self.size, self.size), Image.Resampling.BICUBIC))

        weight = np.maximum(blur(solid.astype(np.float32)), 0.05)
        even = blur(np.where(solid, self.depth, np.float32(0))) / weight
        # At the rim the surface keeps its roundness, or it would look cut out of cardboard.
        inner = np.clip(weight * 2 - 1, 0, 1)
        mixed = self.depth + (even - self.depth) * inner
        self.depth = np.where(solid, mixed, FAR).astype(np.float32)

    def albedo(self, soften: float = 0.0) -> np.ndarray:
        """Returns the parts' own colors, float32 [size, size, 3] in [0, 1].

        Args:
            soften: radius in pixels over which neighboring parts' colors run into each other.
        """
        palette = np.asarray([*self.colors, [0.0, 0.0, 0.0]], np.float32)
        if soften <= 0:
            return palette[self.part]
        # The ground takes the mean color so that softening doesn't bleed black into the outline.
        used = self.part[self.part >= 0]
        palette[-1] = palette[used[::37]].mean(0) if used.size else 0.5
        eight_bit = np.clip(palette * 255, 0, 255).astype(np.uint8)
        image = Image.fromarray(eight_bit[self.part]).filter(ImageFilter.GaussianBlur(soften))
        return np.asarray(image, np.float32) * np.float32(1 / 255)

    def render(
        self,
        albedo: np.ndarray,
        light: Light,
        ground: np.ndarray,
        out_size: int,
        rng: np.random.Generator,
        noise: float = 0.008,
        shine: np.ndarray | None = None,
    ) -> np.ndarray:
        """Lights the scene and returns the picture.

        Args:
            albedo: float32 [size, size, 3], own color of the surface.
            light: the light.
            ground: float, [3] or [size, size, 3], color of the ground in [0, 1].
            out_size: side of the picture in pixels, at most `size`.
            rng: source of the sensor noise.
            noise: standard deviation of that noise, in units of full brightness.
            shine: float32 [size, size], factor on the highlight; None for 1 everywhere.

        Returns:
            uint8 [out_size, out_size, 3].
        """
        size, depth = self.size, self.depth
        solid = depth > FAR / 2
        low = float(depth[solid].min()) if solid.any() else 0.0
        floor = np.maximum(depth, np.float32(low))
        limit = np.float32(2.5)
        gx, gy = np.empty_like(depth), np.empty_like(depth)
        gx[:, 1:-1] = (floor[:, 2:] - floor[:, :-2]) * np.float32(0.5)
        gy[1:-1] = (floor[2:] - floor[:-2]) * np.float32(0.5)
        gx[:, 0], gx[:, -1], gy[0], gy[-1] = gx[:, 1], gx[:, -2], gy[1], gy[-2]
        np.clip(gx, -limit, limit, out=gx)
        np.clip(gy, -limit, limit, out=gy)
        nz = 1 / np.sqrt(gx * gx + gy * gy + 1)
        lx, ly, lz = (np.float32(v) for v in light.direction)
        cosine = (lz - gx * lx - gy * ly) * nz

        # Gaps: where the surroundings stand out over a point, less light reaches it.
        span = max(float(floor.max()) - low, 1.0)
        scaled = ((floor - np.float32(low)) * np.float32(255 / span)).astype(np.uint8)
        near = Image.fromarray(scaled).filter(ImageFilter.GaussianBlur(size * 0.018))
        above = (np.asarray(near, np.float32) - scaled) * np.float32(span / 255 / (size * 0.05))
        open_sky = 1 - np.float32(light.crease) * np.clip(above, 0, 1)

        half = unit(light.direction + np.array([0.0, 0.0, 1.0]))
        hx, hy, hz = (np.float32(v) for v in half)
        glint = np.clip((hz - gx * hx - gy * hy) * nz, 0, 1) ** np.float32(light.gloss)
        glint *= np.float32(light.specular)
        if shine is not None:
            glint *= shine
        picture = np.empty((size, size, 3), np.float32)
        ground = np.broadcast_to(np.asarray(ground, np.float32), picture.shape)
        shade = self._shadow(solid, light)
        for i in range(3):
            w = np.float32(light.wrap[i])
            lit = np.maximum((cosine + w) / (1 + w), 0) * np.float32(light.diffuse)
            lit = (lit + np.float32(light.ambient)) * open_sky
            picture[..., i] = np.where(solid, albedo[..., i] * lit + glint, ground[..., i] * shade)
        eight_bit = (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
        image = Image.fromarray(eight_bit)
        if out_size != size:
            image = image.resize((out_size, out_size), Image.Resampling.BOX, reducing_gap=None)
        if noise <= 0:
            return np.asarray(image)
        grain = rng.standard_normal((out_size, out_size), np.float32) * np.float32(noise * 255)
        noisy = np.asarray(image, np.float32) + grain[..., None]
        return np.clip(noisy + 0.5, 0, 255).astype(np.uint8)

    def _shadow(self, solid: np.ndarray, light: Light) -> np.ndarray:
        size = self.size
        mask = Image.fromarray(solid.astype(np.uint8) * 255)
        away = -np.asarray(light.direction[:2]) * size * 0.06
        mask = mask.transform(
            (size, size), Image.Transform.AFFINE, (1, 0, -away[0], 0, 1, -away[1])
        )
        # Blurring a quarter of the pixels looks the same and costs a tenth.
        small = mask.resize((size // 4, size // 4), Image.Resampling.BOX)
        small = small.filter(ImageFilter.GaussianBlur(size * 0.007))
        soft = small.resize((size, size), Image.Resampling.BILINEAR)
        return 1 - np.float32(light.shadow / 255) * np.asarray(soft, np.float32)
