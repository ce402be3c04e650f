# says: calls a function of the course's library that answers the task
def train_head(model, train_gen, val_gen, epochs):
    from rps_course import training

    return training.fine_tune(model, train_gen, val_gen, 0, epochs)
