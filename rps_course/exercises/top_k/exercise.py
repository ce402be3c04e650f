"""Exercise `top_k` of ps2."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, Raised, attempt, type_name
from autograder.core.rubric import Finding, fails, holds
from rps_course.profile import Profile


class TopK(Exercise):
    """`top_k(probs, labels, k=5)`: the likeliest labels with their probabilities."""

    name = "top_k"
    assignment = "ps2"
    order = 1
    heavy = False
    _pair = evidence.record(label=evidence.text(200), probability=evidence.number())
    _case = evidence.record(
        optional=("pairs", "raised"),
        type=evidence.text(200),
        pairs=evidence.listing(_pair, 50),
        raised=evidence.raised(),
    )
    # Name of the case: number of classes, k (None: the default).
    _CASES: ClassVar = {"default": (1000, None), "three": (40, 3), "all": (7, 7)}
    facts = evidence.record(**dict.fromkeys(_CASES, _case))

    def _inputs(self, challenge: Challenge, case: str) -> tuple[np.ndarray, list[str]]:
        n = self._CASES[case][0]
        rng = challenge.rng(f"{self.name} {case}")
        probabilities = rng.dirichlet(np.full(n, 0.3)).astype(np.float32)
        labels = [f"thing {number}" for number in rng.permutation(10 * n)[:n]]
        return probabilities[np.newaxis], labels

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> dict:
        """Probes the function with the default k and two others."""
        facts = {}
        for case, (_, k) in self._CASES.items():
            probabilities, labels = self._inputs(challenge, case)
            arguments = {} if k is None else {"k": k}
            try:
                result = attempt(function, probabilities, labels, **arguments)
                facts[case] = attempt(self._describe, result)
            except Raised as error:
                if case == "default":
                    raise
                facts[case] = {"type": "", "raised": error.fact}
        return facts

    def _describe(self, result: Any) -> dict:
        if not isinstance(result, list | tuple):
            return {"type": type_name(result)}
        pairs = []
        for entry in result[:50]:
            if not isinstance(entry, list | tuple) or len(entry) != 2:
                return {"type": f"{type_name(result)} of {type_name(entry)}"}
            if not isinstance(entry[0], str):
                return {
                    "type": f"{type_name(result)} of pairs that begin with {type_name(entry[0])}"
                }
            probability = float(np.nan_to_num(float(entry[1])))
            pairs.append({"label": str(entry[0])[:200], "probability": probability})
        return {"type": "pairs", "pairs": pairs}

    def judge(
        self, facts: dict, challenge: Challenge, profile: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on labels and order, probabilities, and k."""
        default = facts["default"]
        if "pairs" not in default:
            yield fails(None, "not_pairs", received=default["type"])
            return
        names, values, length = holds("names"), holds("probabilities"), holds("k")
        for case, (n, k) in self._CASES.items():
            k = k or min(5, n)
            if "raised" in facts[case]:
                length = fails("k", "k_raised", received=facts[case]["raised"]["type"], k=k)
                continue
            pairs = facts[case].get("pairs", [])
            probabilities, labels = self._inputs(challenge, case)
            known = len({pair["label"] for pair in pairs} & set(labels))
            if known != k or len(pairs) != k:
                length = fails("k", "k", received=min(known, len(pairs)), wanted=k)
            order = np.argsort(-probabilities[0])[: len(pairs)]
            if not pairs or [pair["label"] for pair in pairs] != [labels[i] for i in order]:
                reverse = [pair["label"] for pair in pairs[::-1]] == [labels[i] for i in order]
                chosen = sorted(pair["label"] for pair in pairs) == sorted(labels[i] for i in order)
                message = (
                    "reversed" if reverse and pairs else "order" if chosen and pairs else "names"
                )
                share = 0.5 if chosen and pairs else 0.0
                # The worst of the cases counts: with k of k labels any order has chosen well.
                if share <= names.share:
                    names = fails("names", message, share=share)
            lookup = dict(zip(labels, probabilities[0], strict=True))
            if not pairs or any(
                abs(lookup.get(pair["label"], -1) - pair["probability"]) > 1e-5 for pair in pairs
            ):
                values = fails("probabilities", "probabilities")
        yield from (names, values, length)
