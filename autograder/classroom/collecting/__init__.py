"""`rps-grader collect`: takes what a learning platform exports into `submitted/`.

`archives` unpacks, `platforms` reads the names of one export, `matching` finds whose they are,
`taking` compares with what is there and writes, and `command` says what was done.
"""
