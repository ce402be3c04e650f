"""How much of a text is in another one, whatever its names, comments and layout.

Code is compared as Moss does it, by copydetect: names become `V` and strings `S`, comments and
layout go, and what is left is compared by its passages, wherever they stand.

Source: Schleimer, Wilkerson and Aiken, "Winnowing: Local Algorithms for Document Fingerprinting",
2003.
"""

import io
import math

ALIKE = 0.8  # the share of one of two texts, at least, that makes them nearly equal
_PASSAGE = 10  # characters of the shortest passage that can be found again
_MOST = 0.99  # the share for texts that are not equal, though all of one is in the other
_LEAST = 40  # characters in common; shorter answers are equal by chance


class Fingerprint:
    """A text's passages, by which it is compared."""

    def __init__(self, text: str, *, prose: bool = False) -> None:
        """Takes a text: code, or prose, of which capitals and layout do not count."""
        from copydetect import CodeFingerprint  # it imports matplotlib, which takes a second

        text = " ".join(text.lower().split()) if prose else text
        self._found = CodeFingerprint(
            "answer.py", _PASSAGE, 1, filter=not prose, language="python", fp=io.StringIO(text)
        )

    @property
    def passages(self) -> frozenset[int]:
        """Numbers that stand for its passages, the same for equal ones in this process."""
        return frozenset(self._found.hashes)

    @property
    def length(self) -> int:
        """Characters that its passages cover."""
        return int(self._found.token_coverage)

    def leave_out(self, passages: frozenset[int]) -> None:
        """Lets passages not count, such as those that everybody was given."""
        from copydetect.utils import get_token_coverage

        found = self._found
        found.hash_idx = {h: where for h, where in found.hash_idx.items() if h not in passages}
        found.hashes = set(found.hash_idx)
        length = len(found.filtered_code)
        found.token_coverage = get_token_coverage(found.hash_idx, _PASSAGE, length)

    def shares(self, other: "Fingerprint") -> tuple[float, float]:
        """Returns the shares of this and of another text that are in both, from 0 to 1.

        They are 0 where too little is in both to mean anything.
        """
        from copydetect import compare_files

        characters, (own, others), _ = compare_files(self._found, other._found)
        if characters < _LEAST:
            return 0.0, 0.0
        return min(1.0, float(own)), min(1.0, float(others))

    def likeness(self, other: "Fingerprint") -> float:
        """Returns the larger of both shares, which is 1 only where the texts are equal."""
        are_equal = self._found.filtered_code == other._found.filtered_code
        return min(1.0 if are_equal else _MOST, max(self.shares(other)))


def percent(likeness: float) -> int:
    """Returns how alike something is, in percent: only what is equal is 100."""
    return math.floor(100 * likeness)
