# says: raised
def unfreeze(backbone, fine_tune_at):
    backbone.trainable_weights = backbone.weights
