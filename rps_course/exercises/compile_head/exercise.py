"""Exercise `compile_head` of ps2."""

from collections.abc import Callable, Iterator

from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, attempt
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises.probes import compiling, probing
from rps_course.profile import Profile


class CompileHead(Exercise):
    """`compile_head(model)`: Adam 0.001, sparse categorical cross-entropy, accuracy."""

    name = "compile_head"
    assignment = "ps2"
    order = 4
    facts = compiling.FACTS

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> dict:
        """Compiles a reference classifier with the function and trains it for one step."""
        from rps_course import model

        classifier = probing.classifier(model.build_backbone(profile), challenge, self.name)
        attempt(function, classifier)
        return compiling.gather(classifier, challenge, self.name, profile)

    def judge(
        self, facts: dict, challenge: Challenge, profile: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on learning rate, loss, metric and whether the backbone stays frozen."""
        from rps_course import training

        if not facts["compile"]["compiled"]:
            yield fails(None, "not_compiled")
            return
        wanted = self.reference(training.compile_head, challenge, profile)
        if not probing.alike(facts["later"].values, wanted["later"].values):
            yield fails(None, "contradicts", exercise=self.name)
            return
        yield from compiling.findings(facts, wanted, profile.learning_rate_head)
        if "step" in facts:
            yield fails("frozen", "step", received=facts["step"]["message"][:150])
        elif facts["backbone_moved"]:
            yield fails("frozen", "moves", received=facts["backbone_moved"])
        elif not probing.alike(facts["after"].values, wanted["after"].values):
            yield fails(None, "contradicts", exercise=self.name)
        else:
            yield holds("frozen")
