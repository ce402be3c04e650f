# says: has no answer yet
import socket

for address in (("127.0.0.1", canary["port"]), ("localhost", canary["port"])):
    try:
        with socket.create_connection(address, timeout=2) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            print("connected")
    except OSError as error:
        print(error)
