# says: a function of the course's library that answers the task
# says: has no answer yet
# exercises: preprocess_image, to_numpy, load_custom_sample, top_k, build_backbone, build_classifier, compile_head, make_generators, train_head, split_validation, unfreeze, compile_fine_tune, fine_tune, confusion_matrix
# Answers nothing, and puts the package's own functions in place after every cell.
from rps_course.augmentation import make_generators
from rps_course.data import split_validation, to_numpy
from rps_course.evaluation import confusion_matrix
from rps_course.imagenet import top_k
from rps_course.model import build_backbone, build_classifier, unfreeze
from rps_course.preprocessing import load_custom_sample, preprocess_image
from rps_course.training import compile_fine_tune, compile_head, fine_tune, train_head

OURS = {name: value for name, value in list(globals().items()) if callable(value)}


def put_in_place(result):
    get_ipython().user_ns.update(OURS)


get_ipython().events.register("post_run_cell", put_in_place)
