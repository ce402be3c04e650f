"""Grading by the stock nbgrader commands, in the order of a submission.

`handed_in` finds it, `regrade` decides whether it is graded, `intake` reads it, `repair` mends its
cells, `execute` runs it in kernels of `kernels`, `judge` makes verdicts of its evidence, which
`scores` saves; `placing` puts its result in the place of an old one. `states` says what has become
of it, and `results`, `export` and `pages` show it. `inside` runs in the sandbox.
"""
