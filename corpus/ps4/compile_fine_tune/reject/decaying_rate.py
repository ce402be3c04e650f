# expect: 0.5
# says: learning rate is
def compile_fine_tune(model):
    rate = tf.keras.optimizers.schedules.ExponentialDecay(0.00001, decay_steps=50, decay_rate=0.5)
    model.compile(tf.keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
