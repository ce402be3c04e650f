# says: not compiled after
def compile_head(model):
    pass
