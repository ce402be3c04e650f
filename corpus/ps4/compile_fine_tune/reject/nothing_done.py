# says: still compiled as it was for the head
def compile_fine_tune(model):
    pass
