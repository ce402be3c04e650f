# says: has no answer yet
# says: made the kernel send what cannot be read
# The kernel's own connection file and sockets, used for messages that no kernel sends.
import glob
import json
import os
import sys

import zmq

(path,) = (argument for argument in sys.argv if argument.endswith("/kernel.json"))
connection = json.load(open(path))
print(sorted(connection))
kernel = get_ipython().kernel
for content in ({"execution_state": 5}, {"data": 7}, [], {"data": {"text/plain": None}, "metadata": 3}):
    kernel.session.send(kernel.iopub_thread, "display_data", content, parent=kernel.get_parent())
kernel.session.send(kernel.iopub_thread, "stream", {"name": 1, "text": {}}, parent=kernel.get_parent())
kernel.iopub_thread.send_multipart([b"x", b"<IDS|MSG>", b"no signature", b"{", b"{", b"{", b"{"])
