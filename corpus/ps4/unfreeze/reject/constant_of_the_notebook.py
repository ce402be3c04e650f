# says: no weight of the backbone moves
def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
    for layer in backbone.layers[:FINE_TUNE_AT]:
        layer.trainable = False
