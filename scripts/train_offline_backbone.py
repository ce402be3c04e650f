"""Trains the offline profile's backbone from scratch, on rendered pictures of other things.

MobileNetV2 (alpha 0.35, 96 x 96 pixels) learns to tell the forty things of
`rps_course.synthetic_things` apart, none of which is a hand. What it learns about shapes is what
the course then transfers. Pixels are in [0, 1], as the course feeds them.

    python scripts/train_offline_backbone.py --out rps_course/weights

The first epochs see smaller pictures, which takes half the time, the last ones the full size
(progressive resizing). Everything is drawn and shuffled from `--seed`. Pictures and a checkpoint
of every epoch are kept in `--work`: run the same command again after an interruption and it goes on
where it stopped. How accurate the result is, and how well it transfers, is in
docs/offline-profile.md.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from tqdm import tqdm

from rps_course.synthetic_things import THINGS, render_thing

SIZE, ALPHA = 96, 0.35
WEIGHTS = "offline_mobilenet_v2_0.35_96.weights.h5"
TOP, CLASSES = "offline_top.npz", "offline_classes.txt"
# Keras' MobileNetV2 averages batch statistics over 1,000 steps; a run this short needs a shorter
# memory, or inference would use statistics of a network that has long changed.
BATCH_NORM_MOMENTUM = 0.98


def stages(text: str) -> list[tuple[int, int]]:
    """Returns [(64, 12), (96, 4)] for "64x12,96x4"."""
    try:
        found = [tuple(int(v) for v in stage.split("x")) for stage in text.split(",")]
        good = all(len(s) == 2 and 32 <= s[0] <= SIZE and s[1] >= 1 for s in found)
    except ValueError:
        good = False
    if not good or found[-1][0] != SIZE:
        raise argparse.ArgumentTypeError(
            f"received {text!r}; allowed: SIZExEPOCHS,... with sizes 32 to 96, the last one 96"
        )
    return found


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


def build(steps: int, learning_rate: float, seed: int):  # noqa: ANN201 - a keras type
    """Returns the untrained, compiled network: backbone, dropout, one output a thing."""
    import tensorflow as tf

    tf.keras.utils.set_random_seed(seed)
    backbone = tf.keras.applications.MobileNetV2(
        (None, None, 3), alpha=ALPHA, include_top=False, pooling="avg", weights=None
    )
    for layer in backbone.layers:
        if isinstance(layer, tf.keras.layers.BatchNormalization):
            layer.momentum = BATCH_NORM_MOMENTUM
    model = tf.keras.Sequential(
        [
            tf.keras.Input((None, None, 3)),
            backbone,
            tf.keras.layers.Dropout(0.2),
            tf.keras.layers.Dense(len(THINGS), activation="softmax"),
        ]
    )
    warmup = min(500, steps // 10 + 1)
    schedule = tf.keras.optimizers.schedules.CosineDecay(
        learning_rate / 100,
        max(steps - warmup, 1),
        warmup_target=learning_rate,
        warmup_steps=warmup,
    )
    model.compile(
        tf.keras.optimizers.AdamW(schedule, weight_decay=0.02),
        "sparse_categorical_crossentropy",  # smoothed labels would make features transfer worse
        metrics=["accuracy"],
        jit_compile=False,
    )
    return model


def train(args: argparse.Namespace) -> float:
    """Draws, trains, writes the files; returns the accuracy on pictures never trained on."""
    args.work.mkdir(parents=True, exist_ok=True)
    args.out.mkdir(parents=True, exist_ok=True)
    pictures = drawn(args.work, "train", args.seed, 0, args.pictures)
    checked = drawn(args.work, "validation", args.seed, 1, args.validation)

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    x_val = np.asarray(checked, np.float32) / 255
    y_val = np.arange(len(x_val)) % len(THINGS)
    sizes = [size for size, epochs in args.stages for _ in range(epochs)]
    # Shuffled anew in every epoch, so leaving out the last incomplete batch loses nothing.
    steps = max(len(pictures) // args.batch, 1)

    class Batches(tf.keras.utils.PyDataset):
        """One epoch's batches, which depend on the seed, the epoch and the index alone."""

        def __init__(self, epoch: int) -> None:
            super().__init__(workers=1, use_multiprocessing=False, max_queue_size=8)
            self.epoch = epoch
            self.order = np.random.default_rng([args.seed, 2, epoch]).permutation(len(pictures))

        def __len__(self) -> int:
            return steps

        def __getitem__(self, i: int) -> tuple[np.ndarray, np.ndarray]:
            chosen = self.order[i * args.batch : (i + 1) * args.batch]
            rng = np.random.default_rng([args.seed, 3, self.epoch, i])
            x = augment(pictures[chosen], rng)
            if sizes[self.epoch] != SIZE:
                x = tf.image.resize(x, (sizes[self.epoch],) * 2, antialias=True).numpy()
            return x, chosen % len(THINGS)

    checkpoint = args.work / "checkpoint.keras"
    recipe = f"{args.seed} {args.pictures} {args.stages} {args.batch} {args.learning_rate}"
    note = args.work / "checkpoint.txt"
    first = 0
    model = None
    if checkpoint.exists() and note.exists():
        kept, _, epoch = note.read_text().rpartition(" ")
        if kept == recipe:
            model, first = tf.keras.models.load_model(checkpoint), int(epoch)
            print(f"going on after epoch {first}")
    if model is None:
        model = build(steps * len(sizes), args.learning_rate, args.seed)
    began = time.monotonic()
    for epoch in range(first, len(sizes)):
        model.fit(Batches(epoch), initial_epoch=epoch, epochs=epoch + 1, verbose=args.verbose)
        # Written beside and renamed: an interruption leaves the last whole checkpoint.
        temporary = args.work / "checkpoint.part.keras"
        model.save(temporary)
        temporary.replace(checkpoint)
        note.write_text(f"{recipe} {epoch + 1}")
        if (epoch + 1) % 4 == 0:
            accuracy = model.evaluate(x_val, y_val, 256, verbose=0)[1]
            minutes = (time.monotonic() - began) / 60
            print(f"epoch {epoch + 1}: validation accuracy {accuracy:.3f}, {minutes:.1f} minutes")
            write(model, args.out)
    accuracy = float(model.evaluate(x_val, y_val, 256, verbose=0)[1])
    write(model, args.out)
    return accuracy


def write(model, out: Path) -> None:  # noqa: ANN001 - a keras type
    """Writes backbone, top and class names into the folder `out`, each as a whole or not at all."""
    backbone, top = model.layers[0], model.layers[-1]
    temporary, small = out / f"part-{WEIGHTS}", out / f"small-{WEIGHTS}"
    backbone.save_weights(temporary)
    shrink(temporary, small)
    temporary.unlink()
    small.replace(out / WEIGHTS)
    kernel, bias = (np.asarray(w, np.float32) for w in top.get_weights())
    temporary = out / f"part-{TOP}"
    np.savez_compressed(temporary, kernel=kernel.astype(np.float16), bias=bias)
    temporary.replace(out / TOP)
    temporary = out / f"part-{CLASSES}"
    temporary.write_text("\n".join(THINGS) + "\n", encoding="utf-8")
    temporary.replace(out / CLASSES)


def shrink(source: Path, target: Path) -> None:
    """Copies a Keras weights file to about half the size, still float32 and opened by Keras.

    Convolution kernels keep 11 bits of precision, as float16 would, and HDF5 compresses the zeros.
    """
    import h5py

    with h5py.File(source) as old, h5py.File(target, "w", libver=("v110", "v110")) as new:
        new.attrs.update(old.attrs)

        def copy(name: str, item: h5py.Group | h5py.Dataset) -> None:
            if isinstance(item, h5py.Group):
                made = new.require_group(name)
            else:
                values = item[()]
                options = {}
                if values.ndim > 1:
                    values = values.astype(np.float16).astype(values.dtype)
                if values.size > 256:
                    options = {"compression": "gzip", "shuffle": True}
                made = new.create_dataset(name, data=values, **options)
            made.attrs.update(item.attrs)

        old.visititems(copy)


def main(argv: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the three files")
    parser.add_argument(
        "--work", type=Path, default=Path("build/offline-backbone"), help="pictures, checkpoint"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pictures", type=int, default=24000, help="different training pictures")
    parser.add_argument("--validation", type=int, default=2000)
    parser.add_argument(
        "--stages",
        type=stages,
        default="64x12,96x4",
        help="picture sizes and how many epochs each, the last at 96",
    )
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, default=2e-3, help="highest of the cosine")
    parser.add_argument("--verbose", type=int, default=2, help="Keras' progress: 0, 1 or 2")
    args = parser.parse_args(argv)
    for name in ("pictures", "validation", "batch"):
        if getattr(args, name) < 1:
            parser.error(f"--{name} must be at least 1, received {getattr(args, name)}")
    try:
        accuracy = train(args)
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on from the last whole epoch", file=sys.stderr)
        return 130
    print(f"validation accuracy {accuracy:.4f} over {len(THINGS)} things (chance 0.025)")
    print(f"wrote {WEIGHTS}, {TOP} and {CLASSES} to {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
