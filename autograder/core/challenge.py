"""Challenges: the seed from which an exercise's probe inputs are drawn.

A self-check draws a fresh challenge each time. A grader sets one per submission and exercise, so
that it can recompute what a right answer must give; the notebook learns it only when the test cell
runs. Each exercise decides what it draws from a challenge.
"""

import hashlib
import secrets
from dataclasses import dataclass

import numpy as np

_BYTES = 32


@dataclass(frozen=True)
class Challenge:
    """A secret of 32 bytes that probe inputs are drawn from.

    Attributes:
        secret: 32 bytes.
    """

    secret: bytes

    @classmethod
    def fresh(cls) -> "Challenge":
        """Returns a new random challenge."""
        return cls(secrets.token_bytes(_BYTES))

    @property
    def id(self) -> str:
        """The challenge's name in evidence: 16 hex digits that do not reveal the secret."""
        return hashlib.sha256(b"challenge " + self.secret).hexdigest()[:16]

    def rng(self, purpose: str) -> np.random.Generator:
        """Returns the random generator for one purpose, independent of those for others."""
        digest = hashlib.sha256(self.secret + purpose.encode()).digest()
        return np.random.default_rng(np.frombuffer(digest, dtype=np.uint32))

    def pictures(self, purpose: str, n: int, height: int, width: int) -> np.ndarray:
        """Draws pictures with structure at several scales, so that resizing methods differ.

        Args:
            purpose: name of the random stream.
            n: number of pictures.
            height: in pixels.
            width: in pixels.

        Returns:
            uint8 array `[n, height, width, 3]` that uses the whole range 0 to 255.
        """
        rng = self.rng(purpose)
        picture = np.zeros((n, height, width, 3), np.float32)
        for cells, weight in ((4, 1.0), (16, 0.6), (64, 0.3)):
            coarse = rng.random((n, cells, cells, 3), dtype=np.float32)
            rows = np.arange(height) * cells // height
            columns = np.arange(width) * cells // width
            picture += weight * coarse[:, rows][:, :, columns]
        low = picture.min(axis=(1, 2, 3), keepdims=True)
        high = picture.max(axis=(1, 2, 3), keepdims=True)
        scaled: np.ndarray = np.round(255 * (picture - low) / (high - low))
        return scaled.astype(np.uint8)
