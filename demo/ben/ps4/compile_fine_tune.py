def compile_fine_tune(model):
    """The optimizer by its configuration."""
    optimizer = tf.keras.optimizers.get(
        {"class_name": "Adam", "config": {"learning_rate": 0.001 / 100}}
    )
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["acc"])
