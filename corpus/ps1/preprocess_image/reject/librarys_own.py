# says: calls a function of the course's library that answers the task
def preprocess_image(sample):
    from rps_course import preprocessing

    return preprocessing.preprocess_image(sample, INPUT_IMG_SIZE)
