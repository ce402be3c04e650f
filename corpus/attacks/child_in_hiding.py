# says: has no answer yet
# A daemon that outlives the kernel and waits for the next gradebook.
import os
import subprocess
import sys

code = f"import time; time.sleep(600)  # {canary['marker']}"
subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", code])
    os._exit(0)
