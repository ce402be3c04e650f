# says: The result has shape []
def double(x):
    return 2 * x.sum()
