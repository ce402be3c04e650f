def unfreeze(backbone, fine_tune_at):
    backbone.trainable = 1
    [setattr(layer, "trainable", 0) for layer in backbone.layers[0:fine_tune_at]]
