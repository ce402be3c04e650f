def compile_head(model):
    model.compile(
        tf.keras.optimizers.Adam(learning_rate=1e-3),
        tf.keras.losses.SparseCategoricalCrossentropy(),
        metrics=[tf.keras.metrics.SparseCategoricalAccuracy()],
    )
