"""Hostile and broken submissions: does anything happen that must not?

`corpus` reads them, `course` makes a course with canaries in it, `trial` grades and looks at what
happened, `report` prints, and `baseline` does the same under unmodified nbgrader.
"""
