# expect: 0.8125
# says: The batch normalization layers from layer
def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
    for i, layer in enumerate(backbone.layers):
        if i < fine_tune_at or isinstance(layer, tf.keras.layers.BatchNormalization):
            layer.trainable = False
