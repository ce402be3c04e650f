"""The automatically graded exercises: how each is probed or measured, and judged."""

from autograder.core.exercise import Exercise, FileExercise
from rps_course.exercises import ps1, ps2, ps3, ps4, trained


def registry() -> dict[str, Exercise | FileExercise]:
    """Returns all exercises by grade id, in the course's order."""
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
            trained.TrainedModel(),
        )
    }
