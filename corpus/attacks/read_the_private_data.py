# says: has no answer yet
# says: raised FileNotFoundError
import pathlib

for path in pathlib.Path(canary["course"], ".autograder-private").rglob("*"):
    print(path.read_bytes())
print(open(f"{canary['course']}/.autograder-private/numbers.txt").read())
