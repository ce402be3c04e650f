# says: has no answer yet
# Mounts and namespaces of one's own, as a way back to the machine's files.
import ctypes
import subprocess

libc = ctypes.CDLL(None, use_errno=True)
for flags in (0x10000000, 0x00020000, 0x10020000, 0x40000000):
    print(flags, libc.unshare(flags), ctypes.get_errno())
print(libc.mount(b"proc", b"/proc", b"proc", 0, None), ctypes.get_errno())
print(libc.umount2(b"/tmp", 2), ctypes.get_errno())
for command in (["mount", "-o", "remount,rw", "/"], ["su", "-c", "id"], ["sudo", "-n", "id"]):
    try:
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=5)
        print(done.returncode, done.stdout, done.stderr)
    except (OSError, subprocess.SubprocessError) as error:
        print(error)
try:
    print(open(f"{canary['course']}/notes.txt").read())
except OSError as error:
    print(error)
