# says: calls a function of the course's library that answers the task
def unfreeze(backbone, fine_tune_at):
    from rps_course import model

    return model.unfreeze(backbone, fine_tune_at)
