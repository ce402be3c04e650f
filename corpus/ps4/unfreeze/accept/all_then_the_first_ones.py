def unfreeze(backbone, fine_tune_at) -> None:
    backbone.trainable = True
    for layer in backbone.layers[:fine_tune_at]:
        layer.trainable = False
