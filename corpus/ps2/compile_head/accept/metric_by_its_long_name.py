def compile_head(model):
    model.compile(optimizer=tf.optimizers.Adam(0.001), loss="sparse_categorical_crossentropy", metrics=["sparse_categorical_accuracy"])
