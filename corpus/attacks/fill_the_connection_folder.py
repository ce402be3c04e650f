# says: has no answer yet
# says: wrote into the folder of the kernel's own connection
# The one folder of the machine that a kernel writes to.
import os
import sys
import time

(file,) = (argument for argument in sys.argv if argument.endswith("/kernel.json"))
folder = os.path.dirname(file)
os.symlink(f"{canary['home']}/.netrc", f"{folder}/link")
with open(f"{folder}/file", "wb") as file:
    file.write(b"0" * 1000)
time.sleep(60)  # until it is noticed
