def compile_fine_tune(model):
    model.compile(optimizer=tf.optimizers.Adam(0.00001), loss="sparse_categorical_crossentropy", metrics=["sparse_categorical_accuracy"])
