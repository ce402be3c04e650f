# expect: 0.5
# says: The loss is categorical_crossentropy
def compile_head(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.001), loss=tf.keras.losses.categorical_crossentropy, metrics=["accuracy"])
