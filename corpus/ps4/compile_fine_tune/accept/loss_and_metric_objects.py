def compile_fine_tune(model):
    model.compile(
        tf.keras.optimizers.Adam(learning_rate=1e-5),
        tf.keras.losses.SparseCategoricalCrossentropy(),
        metrics=[tf.keras.metrics.SparseCategoricalAccuracy()],
    )
