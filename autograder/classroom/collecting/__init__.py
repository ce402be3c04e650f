"""`rps-grader collect`: takes what a learning platform exports into `submitted/`.

`archives` unpacks, and `folders` lists what lies in a folder; `platforms` reads the names of one
export, and `plain` those of folders and files that are named by students, as `exports` declares
them. `matching` finds whose they are, `taking` compares with what is there and writes, `command`
does all of it, and `report` says what was done.
"""
