# expect: 0.375
# says: move in a training step, the first in layer
def unfreeze(backbone, fine_tune_at):
    for layer in backbone.layers[:fine_tune_at]:
        layer.trainable = False
    backbone.trainable = True
