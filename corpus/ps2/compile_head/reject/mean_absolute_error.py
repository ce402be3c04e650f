# expect: 0.5
# says: The loss is MeanAbsoluteError
def compile_head(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.001), loss=tf.keras.losses.MeanAbsoluteError(), metrics=["accuracy"])
