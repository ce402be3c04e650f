def compile_head(model):
    """A constant schedule, a loss object and a metric object."""
    rate = tf.keras.optimizers.schedules.PiecewiseConstantDecay([10**6], [1e-3, 1e-3])
    model.compile(
        loss=tf.keras.losses.SparseCategoricalCrossentropy(),
        optimizer=tf.keras.optimizers.Adam(learning_rate=rate),
        metrics=[tf.keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
