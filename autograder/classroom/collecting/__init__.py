"""`rps-grader collect`: takes what a learning platform exports into `submitted/`.

`archives` unpacks, `folders` lists what lies in a folder, `platforms` reads the names of one
export, `matching` finds whose they are, `taking` compares with what is there and writes, `command`
puts these in order, and `report` says what was done.
"""
