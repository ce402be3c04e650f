# expect: 0.5
# says: do not move in a training step; expected all from layer
def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
    for layer in backbone.layers[:fine_tune_at + 2]:
        layer.trainable = False
