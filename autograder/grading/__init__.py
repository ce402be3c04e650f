"""Grading by the stock nbgrader commands, in the order of a submission.

`intake` reads it, `repair` mends its cells, `execute` runs it in kernels of `kernels`, `judge`
makes verdicts of its evidence, which `results`, `export` and `pages` show. `inside` runs in the
sandbox.
"""
