"""Trains the backbone: the network, its batches, the checkpoint and the files that come out."""

import argparse
import time
from pathlib import Path

import h5py
import numpy as np
import tensorflow as tf

from tools.offline_backbone.pictures import SIZE, augment, drawn
from tools.offline_backbone.things import THINGS

ALPHA = 0.35
WEIGHTS = "offline_mobilenet_v2_0.35_96.weights.h5"
TOP, CLASSES = "offline_top.npz", "offline_classes.txt"
# Keras' MobileNetV2 averages batch statistics over 1,000 steps; a run this short needs a shorter
# memory, or inference would use statistics of a network that has long changed.
BATCH_NORM_MOMENTUM = 0.98


def build(steps: int, learning_rate: float, seed: int) -> tf.keras.Sequential:
    """Returns the untrained, compiled network: backbone, dropout, one output a thing."""
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


class Batches(tf.keras.utils.PyDataset):
    """One epoch's batches, which depend on the seed, the epoch and the index alone."""

    def __init__(
        self, pictures: np.ndarray, batch_size: int, seed: int, epoch: int, size: int
    ) -> None:
        """Takes pictures uint8 `[n, 96, 96, 3]`, whose class is their index mod 40."""
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=8)
        self.pictures, self.batch_size, self.size = pictures, batch_size, size
        self.seed, self.epoch = seed, epoch
        self.order = np.random.default_rng([seed, 2, epoch]).permutation(len(pictures))

    def __len__(self) -> int:
        # Shuffled anew in every epoch, so leaving out the last incomplete batch loses nothing.
        return max(len(self.pictures) // self.batch_size, 1)

    def __getitem__(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self.order[i * self.batch_size : (i + 1) * self.batch_size]
        x = augment(self.pictures[chosen], np.random.default_rng([self.seed, 3, self.epoch, i]))
        if self.size != SIZE:
            x = tf.image.resize(x, (self.size, self.size), antialias=True).numpy()
        return x, chosen % len(THINGS)


class Checkpoint:
    """The network after its last whole epoch, for a run with the same settings."""

    def __init__(self, args: argparse.Namespace) -> None:
        """Takes the arguments of the command."""
        self.path, self.note = args.work / "checkpoint.keras", args.work / "checkpoint.txt"
        self.recipe = f"{args.seed} {args.pictures} {args.stages} {args.batch} {args.learning_rate}"

    def read(self) -> tuple[tf.keras.Model, int] | None:
        """Returns the network and how many epochs it was trained for; None without one."""
        if not (self.path.exists() and self.note.exists()):
            return None
        kept, _, epoch = self.note.read_text().rpartition(" ")
        if kept != self.recipe:
            return None
        print(f"going on after epoch {epoch}")
        return tf.keras.models.load_model(self.path), int(epoch)

    def write(self, model: tf.keras.Model, epochs: int) -> None:
        """Keeps the network after so many epochs."""
        # Written beside and renamed: an interruption leaves the last whole checkpoint.
        temporary = self.path.with_suffix(".part.keras")
        model.save(temporary)
        temporary.replace(self.path)
        self.note.write_text(f"{self.recipe} {epochs}")


def train(args: argparse.Namespace) -> float:
    """Draws, trains, writes the files; returns the accuracy on pictures never trained on."""
    args.work.mkdir(parents=True, exist_ok=True)
    args.out.mkdir(parents=True, exist_ok=True)
    pictures = drawn(args.work, "train", args.seed, 0, args.pictures)
    checked = drawn(args.work, "validation", args.seed, 1, args.validation)
    validation = np.asarray(checked, np.float32) / 255, np.arange(len(checked)) % len(THINGS)
    sizes = [size for size, epochs in args.stages for _ in range(epochs)]
    epochs = [
        Batches(pictures, args.batch, args.seed, epoch, size) for epoch, size in enumerate(sizes)
    ]
    checkpoint = Checkpoint(args)
    steps = sum(map(len, epochs))
    model, first = checkpoint.read() or (build(steps, args.learning_rate, args.seed), 0)
    began = time.monotonic()
    for epoch in range(first, len(epochs)):
        model.fit(epochs[epoch], initial_epoch=epoch, epochs=epoch + 1, verbose=args.verbose)
        checkpoint.write(model, epoch + 1)
        if (epoch + 1) % 4 == 0:
            accuracy = model.evaluate(*validation, 256, verbose=0)[1]
            minutes = (time.monotonic() - began) / 60
            print(f"epoch {epoch + 1}: validation accuracy {accuracy:.3f}, {minutes:.1f} minutes")
            write(model, args.out)
    write(model, args.out)
    return float(model.evaluate(*validation, 256, verbose=0)[1])


def write(model: tf.keras.Sequential, out: Path) -> None:
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
