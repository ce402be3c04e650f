def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
    tail = backbone.layers[fine_tune_at:]
    for layer in backbone.layers:
        if layer not in tail:
            layer.trainable = False
