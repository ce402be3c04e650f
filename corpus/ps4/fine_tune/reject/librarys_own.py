# says: calls a function of the course's library that answers the task
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    from rps_course import training

    return training.fine_tune(model, train_gen, val_gen, initial_epoch, epochs)
