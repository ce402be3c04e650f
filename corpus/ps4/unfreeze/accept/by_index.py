def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
    for i, layer in enumerate(backbone.layers):
        layer.trainable = i >= fine_tune_at
