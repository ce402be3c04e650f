"""The automatically graded exercises: how each is probed, and how the findings are judged."""

from functools import cache

from rps_course.exercises.base import Exercise, Raised, decode, exception_fact


@cache
def registry() -> dict[str, Exercise]:
    """Returns all exercises with a function to probe, by grade id, in the course's order."""
    from rps_course.exercises import ps1, ps2, ps3, ps4

    return {
        exercise.name: exercise
        for exercise in (
            ps1.PreprocessImage(),
            ps1.ToNumpy(),
            ps1.LoadCustomSample(),
            ps2.TopK(),
            ps2.BuildBackbone(),
            ps2.BuildClassifier(),
            ps2.CompileHead(),
            ps3.MakeGenerators(),
            ps3.TrainHead(),
            ps4.Unfreeze(),
            ps4.CompileFineTune(),
            ps4.FineTune(),
        )
    }


__all__ = ["Exercise", "Raised", "decode", "exception_fact", "registry"]
