def compile_fine_tune(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=0.001 / 100), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
