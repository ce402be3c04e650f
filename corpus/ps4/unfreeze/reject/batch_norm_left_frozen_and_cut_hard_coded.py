# expect: 0.1875
# says: move in a training step
def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
    for layer in backbone.layers[:1]:
        layer.trainable = False
    for layer in backbone.layers:
        if isinstance(layer, tf.keras.layers.BatchNormalization):
            layer.trainable = False
