def compile_head(model):
    optimizer = tf.keras.optimizers.Adam()
    optimizer.learning_rate = 0.001
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
