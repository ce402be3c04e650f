# expect: 0.5
# says: do not move in a training step
def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
    for layer in backbone.layers[:len(backbone.layers) - 5]:
        layer.trainable = False
