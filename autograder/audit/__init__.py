"""Testing the grader like any other program: a corpus of hostile and broken submissions.

`corpus` reads it, `course` makes a course with canaries in it, `trial` grades and looks at what
happened, `report` prints, and `baseline` does the same under unmodified nbgrader.
"""
