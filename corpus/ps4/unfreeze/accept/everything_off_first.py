def unfreeze(backbone, fine_tune_at):
    for layer in backbone.layers:
        layer.trainable = False
    backbone.trainable = True
    for layer in list(backbone.layers)[:fine_tune_at]:
        layer.trainable = False
