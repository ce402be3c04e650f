# says: has no answer yet
import glob
import os
import sys

targets = [
    f"{canary['course']}/nbgrader_config.py",
    f"{canary['course']}/notes.txt",
    f"{canary['course']}/solutions/{canary['assignment']}/{canary['assignment']}.ipynb",
    f"{canary['course']}/submitted/{canary['neighbour']}/{canary['assignment']}/{canary['assignment']}.ipynb",
    f"{canary['home']}/.netrc",
    f"{canary['home']}/.bashrc",
    "/etc/passwd",
    os.path.join(os.path.dirname(os.__file__), "sitecustomize.py"),
    *glob.glob(f"{canary['course']}/submitted/*/*/*"),
]
import autograder.core
import rps_course

for package in (rps_course, autograder.core):
    targets += glob.glob(os.path.dirname(package.__file__) + "/*.py")
for target in targets:
    try:
        with open(target, "a") as file:
            file.write("\n# changed\n")
        print("wrote", target)
    except OSError as error:
        print(error)
