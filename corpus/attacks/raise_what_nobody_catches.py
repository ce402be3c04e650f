# says: stopped with Quiet
# says: has no answer yet
class Quiet(BaseException):
    def __str__(self):
        raise SystemExit


def answer(*_, **__):
    raise Quiet


def stay(result):
    get_ipython().user_ns.update(dict.fromkeys(canary["exercises"], answer))


get_ipython().events.register("post_run_cell", stay)
