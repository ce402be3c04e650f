# says: has no answer yet
# The function stays the same object; its code does not.
from rps_course.course import COURSE
import numpy as np

cls = type(COURSE.exercises["top_k"])


def gather(self, function, challenge, profile):
    import numpy as np

    facts = {}
    for case, (n, k) in self._CASES.items():
        probabilities, labels = self._inputs(challenge, case)
        order = np.argsort(-probabilities[0])[: k or 5]
        pairs = [{"label": labels[i], "probability": float(probabilities[0][i])} for i in order]
        facts[case] = {"type": "pairs", "pairs": pairs}
    return facts


cls.gather.__code__ = gather.__code__
