"""Hostile and broken submissions: does anything happen that must not?

`corpus` reads them, and `course` makes a course with canaries in it, one of them a key (`keyring`).
`trial` grades by commands that `watching` measures, and `outcomes` looks at what became of each
submission, on its page too (`pages`). `report` says what went wrong, and `baseline` does the same
under unmodified nbgrader.
"""
