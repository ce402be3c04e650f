# says: has no answer yet
import socket

for address in (("192.0.2.1", 80), ("8.8.8.8", 53)):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sender.sendto(canary["marker"].encode(), address)
        print("sent")
    except OSError as error:
        print(error)
print(open("/proc/net/route").read())
