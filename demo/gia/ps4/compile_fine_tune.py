def compile_fine_tune(model):
    model.optimizer.learning_rate = 0.00001
