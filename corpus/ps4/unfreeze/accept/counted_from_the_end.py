def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
    n = len(backbone.layers) - fine_tune_at
    for layer in backbone.layers[:-n]:
        layer.trainable = False
