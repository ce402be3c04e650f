def set_trainable(layers, value):
    for layer in layers:
        layer.trainable = value

def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
    set_trainable(backbone.layers[:fine_tune_at], False)
