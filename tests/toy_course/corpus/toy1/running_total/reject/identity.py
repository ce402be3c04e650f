# says: These are not the running totals
def running_total(x):
    return x
