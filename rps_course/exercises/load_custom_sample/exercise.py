"""Exercise `load_custom_sample` of ps1."""

import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.exercise import SAMPLED, Exercise, Raised, attempt, positions, sampled, short
from autograder.core.rubric import Finding, fails, holds
from rps_course.profile import Profile


class LoadCustomSample(Exercise):
    """`load_custom_sample(path)`: a picture file as a batch of one."""

    name = "load_custom_sample"
    assignment = "ps1"
    order = 3
    heavy = False
    _case = evidence.record(optional=("array", "raised"), array=SAMPLED, raised=evidence.raised())
    # Pictures as people have them: (file ending, PIL mode, larger or smaller than the input).
    _CASES: ClassVar = {
        "photo": ("png", "RGB", (1.9, 1.5)),
        "jpeg": ("jpg", "RGB", (1.3, 2.1)),
        "transparent": ("png", "RGBA", (0.8, 1.2)),
        "gray": ("png", "L", (1.6, 1.6)),
    }
    facts = evidence.record(**dict.fromkeys(_CASES, _case))

    def _file(self, challenge: Challenge, case: str, profile: Profile) -> bytes:
        from PIL import Image

        ending, mode, (tall, wide) = self._CASES[case]
        height, width = round(tall * profile.image_size), round(wide * profile.image_size)
        pixels = challenge.pictures(f"{self.name} {case}", 1, height, width)[0]
        if case == "jpeg":
            pixels = pixels // 2 + 20  # not every picture holds black and white
        picture = Image.fromarray(pixels)
        if mode == "RGBA":
            picture.putalpha(Image.fromarray(pixels[..., 0]))
        picture = picture if mode == "RGBA" else picture.convert(mode)
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG" if ending == "jpg" else "PNG")
        return buffer.getvalue()

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> dict:
        """Probes the function on four picture files."""
        facts = {}
        with tempfile.TemporaryDirectory() as folder:
            for case, (ending, _, _) in self._CASES.items():
                path = Path(folder) / f"{case}.{ending}"
                path.write_bytes(self._file(challenge, case, profile))
                try:
                    result = attempt(function, str(path))
                except Raised as error:
                    if case == "photo":
                        raise
                    facts[case] = {"raised": error.fact}
                    continue
                facts[case] = {"array": sampled(result, challenge, f"{self.name} {case}")}
        return facts

    def _distance(
        self, case: str, facts: dict, challenge: Challenge, profile: Profile, resample: int
    ) -> float:
        """Returns the mean absolute difference from what PIL gives, in shades of 255."""
        from PIL import Image

        size = (profile.image_size, profile.image_size)
        picture = Image.open(io.BytesIO(self._file(challenge, case, profile))).convert("RGB")
        wanted = np.asarray(picture.resize(size, resample)).reshape(-1)
        index = positions(wanted.size, challenge, f"{self.name} {case}")
        return float(np.abs(255 * facts[case]["array"]["values"].values - wanted[index]).mean())

    def judge(
        self, facts: dict, challenge: Challenge, profile: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on shape, scale and values."""
        from PIL import Image

        photo = facts["photo"].get("array", {})
        if "values" not in photo or photo["type"] not in ("ndarray", "EagerTensor"):
            yield fails(None, "not_an_array", received=photo.get("type"))
            return
        wanted = [1, *profile.input_shape]
        unlike = {
            case: facts[case]["array"].get("shape")
            for case in self._CASES
            if "array" in facts[case] and facts[case]["array"].get("shape") != wanted
        }
        failed = {case: facts[case]["raised"] for case in self._CASES if "raised" in facts[case]}
        if photo["shape"] != wanted:
            yield fails("shape", "shape", received=photo["shape"], wanted=wanted)
        elif failed or unlike:
            case = next(iter(failed or unlike))
            received = short(failed[case])["received"] if failed else f"shape {unlike[case]}"
            yield fails("shape", "not_rgb", share=0.5, case=case, received=received)
        else:
            yield holds("shape")
        scaled = photo["nonfinite"] == 0 and photo["high"] <= 1.001 and photo["low"] >= -0.001
        # A picture that was divided by 255 twice is in range as well.
        scaled = scaled and photo["high"] > 0.5
        if scaled and photo["dtype"] in ("float32", "float64"):
            yield holds("scale")
        else:
            yield fails("scale", "scale", low=photo["low"], high=photo["high"])
        if photo["shape"] != wanted or not scaled:
            return
        comparable = [
            case
            for case in ("photo", "jpeg")
            if facts[case].get("array", {}).get("shape") == wanted
            and "values" in facts[case]["array"]
        ]
        distance = {
            method: max(
                self._distance(case, facts, challenge, profile, int(method)) for case in comparable
            )
            for method in Image.Resampling
        }
        best = min(distance, key=distance.get)
        # Other libraries' bicubic differs a little; PIL's other methods are to be told from it.
        if distance[Image.Resampling.BICUBIC] < min(1.0, distance[best] + 0.1):
            yield holds("values")
        elif distance[best] < 1.0:
            yield fails("values", "interpolation", share=0.5, received=best.name.lower())
        else:
            yield fails("values", "values")
