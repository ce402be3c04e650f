# says: has no answer yet
# Reads what it can find.
import pathlib

for root in (canary['course'], canary['home']):
    for path in pathlib.Path(root).rglob('*'):
        print(path, path.read_bytes() if path.is_file() else '')
