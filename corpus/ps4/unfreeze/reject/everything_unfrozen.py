# expect: 0.375
# says: weights before layer 149 move in a training step
def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
