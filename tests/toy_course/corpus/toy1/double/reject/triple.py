# expect: 0.25
# says: A number is off by
def double(x):
    return x * 3
