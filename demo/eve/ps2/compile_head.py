def compile_head(model):
    model.compile(
        optimizer=tf.keras.optimizers.Adam(learning_rate=0.1),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
