# expect: 0.66666667
# says: The metrics could not be computed
def compile_fine_tune(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.00001), loss="sparse_categorical_crossentropy", metrics=[tf.keras.metrics.Accuracy()])
