# expect: 0.8125
# says: The batch normalization layers from layer
def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
    for i, layer in enumerate(backbone.layers):
        layer.trainable = i >= fine_tune_at and "normalization" not in layer.name
