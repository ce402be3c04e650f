# says: calls a function of the course's library that answers the task
def build_backbone():
    from rps_course import model

    backbone = model.network(profile, include_top=False, pooling="avg")
    backbone.trainable = False
    return backbone
