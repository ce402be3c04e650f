def compile_fine_tune(model):
    optimizer = tf.keras.optimizers.Adam()
    optimizer.learning_rate = 0.00001
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
