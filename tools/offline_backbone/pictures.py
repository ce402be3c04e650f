"""The pictures of things that the backbone is trained on: drawn once by all cores, then varied."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from tqdm import tqdm

from tools.offline_backbone.things import THINGS, render_thing

SIZE = 96


def draw(job: tuple[int, int, int, int]) -> np.ndarray:
    """Returns pictures `start` to `stop` of a split, uint8 [n, 96, 96, 3]; class = index mod 40."""
    seed, split, start, stop = job
    pictures = [
        render_thing(THINGS[i % len(THINGS)], np.random.default_rng([seed, split, i]), SIZE)
        for i in range(start, stop)
    ]
    return np.stack(pictures)


def drawn(work: Path, name: str, seed: int, split: int, n: int) -> np.ndarray:
    """Returns `n` pictures of a split, drawn by all cores, kept in `work` for the next time."""
    path = work / f"{name}-{seed}-{n}.npy"
    if path.exists():
        return np.load(path)
    chunk = 200
    jobs = [(seed, split, i, min(i + chunk, n)) for i in range(0, n, chunk)]
    part = path.with_suffix(".part")
    pictures = np.lib.format.open_memmap(part, "w+", np.uint8, (n, SIZE, SIZE, 3))
    # Spawned, not forked: the same on every system.
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        done = tqdm(pool.map(draw, jobs), total=len(jobs), desc=f"drawing {name}", unit="x200")
        for (_, _, start, stop), batch in zip(jobs, done, strict=True):
            pictures[start:stop] = batch
    pictures.flush()
    part.replace(path)
    return np.load(path)


def augment(batch: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Returns the pictures turned, mirrored, shifted and recolored, float32 in [0, 1]."""
    out = np.empty(batch.shape, np.float32)
    for i, picture in enumerate(batch):
        turn, mirror, recolor = rng.integers(4), rng.random() < 0.5, rng.random() < 0.2
        dy, dx = rng.integers(-8, 9, 2)
        picture = np.rot90(picture, turn)
        if mirror:
            picture = picture[:, ::-1]
        if recolor:
            picture = picture[..., rng.permutation(3)]
        rows = np.clip(np.arange(SIZE) + dy, 0, SIZE - 1)
        columns = np.clip(np.arange(SIZE) + dx, 0, SIZE - 1)
        out[i] = picture[rows][:, columns]
    gain = rng.uniform(0.75, 1.1, (len(batch), 1, 1, 1)).astype(np.float32) / 255
    return np.clip(out * gain, 0, 1)
