# says: calls a function of the course's library that answers the task
def compile_head(model):
    from rps_course import training

    return training.compile_fine_tune(model, 0.001)
