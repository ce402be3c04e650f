"""The class of tests: what honest students hand in to the toy course, and what must become of it.

`cells` has cells that run elsewhere, `checks` checks in odd places, `files` odd files and folders,
`written` answers in words, and `plain` what most students hand in.
"""

from odd_class import cells, checks, files, plain, written

KINDS = (plain.MEMBERS, cells.MEMBERS, checks.MEMBERS, files.MEMBERS, written.MEMBERS)
CLASS = {student: member for members in KINDS for student, member in members.items()}
