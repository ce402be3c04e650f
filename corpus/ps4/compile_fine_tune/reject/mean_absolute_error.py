# expect: 0.66666667
# says: The loss is MeanAbsoluteError
def compile_fine_tune(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.00001), loss=tf.keras.losses.MeanAbsoluteError(), metrics=["accuracy"])
