# says: still compiled as it was for the head
def compile_fine_tune(model):
    model.optimizer.learning_rate = 0.00001
