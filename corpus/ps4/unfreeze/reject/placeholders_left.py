# says: no weight of the backbone moves
def unfreeze(backbone, fine_tune_at):
    backbone.trainable = None
    for layer in backbone.layers[:None]:
        layer.trainable = None
