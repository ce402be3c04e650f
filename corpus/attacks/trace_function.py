# says: has no answer yet
# Traces every call and changes what it can.
import sys
import threading


def trace(frame, event, argument):
    if event == "return" and frame.f_code.co_name == "gather":
        for value in (argument, frame.f_locals):
            if isinstance(value, dict):
                value.clear()
    return trace


sys.settrace(trace)
threading.settrace(trace)
sys.setprofile(trace)
