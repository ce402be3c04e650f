def compile_fine_tune(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.00001), loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
