# says: calls a function of the course's library that answers the task
def to_numpy(ds):
    import rps_course.data

    return rps_course.data.to_numpy(ds)
