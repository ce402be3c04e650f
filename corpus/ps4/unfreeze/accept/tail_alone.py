def unfreeze(backbone, fine_tune_at):
    for layer in backbone.layers[fine_tune_at:]:
        layer.trainable = True
