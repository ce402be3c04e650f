# says: no weight of the backbone moves
def unfreeze(backbone, fine_tune_at):
    backbone = tf.keras.models.clone_model(backbone)
    backbone.trainable = True
    for layer in backbone.layers[:fine_tune_at]:
        layer.trainable = False
    return backbone
