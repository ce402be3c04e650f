def compile_head(model):
    optimizer = tf.keras.optimizers.get({"class_name": "Adam", "config": {"learning_rate": 0.001}})
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
