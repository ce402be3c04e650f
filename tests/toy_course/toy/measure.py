"""Makes what the file exercise hands in: run as `python -m toy.measure PROFILE FOLDER`."""

import sys
from pathlib import Path

if __name__ == "__main__":
    folder = Path(sys.argv[2])
    folder.mkdir(exist_ok=True)
    (folder / "measurements.csv").write_text("1.0\n2.0\n3.0\n")
