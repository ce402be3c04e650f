SETTINGS = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}

def compile_head(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.001), **SETTINGS)
