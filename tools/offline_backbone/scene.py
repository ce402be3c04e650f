"""The hands' scene with two more shapes, which only other things have: ellipsoids and cut-outs."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from rps_course.offline.scene import FAR, Scene


class ThingScene(Scene):
    """A canvas that things are drawn into."""

    def ellipsoid(
        self,
        center: np.ndarray,
        axes: np.ndarray,
        radii: np.ndarray,
        part: int,
        blend: float = 0.0,
    ) -> None:
        """Draws an ellipsoid.

        Args:
            center: [3], pixels.
            axes: [3, 3], its columns are the unit directions of the three radii.
            radii: [3], pixels.
            part: number from `new_part`.
            blend: as in `cone`.
        """
        center, radii = np.asarray(center, np.float64), np.asarray(radii, np.float64)
        extent = np.sqrt(((axes * radii) ** 2).sum(1))
        boxed = self._box(center - extent, center + extent)
        if boxed is None:
            return
        where, x, y = boxed
        q = (axes / radii**2) @ axes.T
        dx, dy = x - np.float32(center[0]), y - np.float32(center[1])
        b = np.float32(q[0, 2]) * dx + np.float32(q[1, 2]) * dy
        c = dx * dx * np.float32(q[0, 0]) + dy * dy * np.float32(q[1, 1])
        c = c + dx * dy * np.float32(2 * q[0, 1]) - 1
        h = b * b - c * np.float32(q[2, 2])
        z = (np.sqrt(np.maximum(h, 0)) - b) * np.float32(1 / q[2, 2]) + np.float32(center[2])
        along = dx * np.float32(axes[0, 0] / radii[0]) + dy * np.float32(axes[1, 0] / radii[0])
        self._merge(where, np.where(h > 0, z, FAR), along * 0.5 + 0.5, part, blend)

    def cutout(self, points: np.ndarray, z: float, thickness: float, part: int) -> None:
        """Draws a flat shape with rounded edges.

        Args:
            points: corners of the outline, [n, 2], pixels.
            z: depth of its middle plane.
            thickness: how far its face stands out, pixels; the rounded edge is as wide.
            part: number from `new_part`.
        """
        points = np.asarray(points, np.float64)
        margin = thickness + 2
        boxed = self._box(points.min(0) - margin, points.max(0) + margin)
        if boxed is None:
            return
        where, x, y = boxed
        corner = np.array([x[0, 0], y[0, 0]])
        mask = Image.new("L", (x.shape[1], y.shape[0]))
        ImageDraw.Draw(mask).polygon([tuple(p) for p in points - corner], fill=255)
        inside = np.asarray(mask) > 127
        soft = np.asarray(mask.filter(ImageFilter.GaussianBlur(max(thickness, 0.5))), np.float32)
        rise = np.clip(soft * np.float32(2 / 255) - 1, 0, 1)
        surface = np.float32(z) + np.float32(thickness) * np.sqrt(rise * (2 - rise))
        self._merge(where, np.where(inside, surface, FAR), 0.5, part, 0.0)
