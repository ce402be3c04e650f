def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
    cut = backbone.layers[fine_tune_at]
    set_trainable = False
    for layer in backbone.layers:
        if layer.name == cut.name:
            set_trainable = True
        layer.trainable = set_trainable
