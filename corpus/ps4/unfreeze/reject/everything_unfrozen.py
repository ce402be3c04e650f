# expect: 0.375
# says: move in a training step, the first in layer
def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
