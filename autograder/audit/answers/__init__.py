"""Right and wrong answers, and mutants of the solutions: does each earn what it deserves?

`corpus` and `mutants` make them, `nursery` runs them, `verdicts` judges them, `scorecard` counts.
"""
