# expect: 0.5
# says: learning rate is
def compile_fine_tune(model):
    model.compile(tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.CosineDecay(0.00001, decay_steps=400)), "sparse_categorical_crossentropy", metrics=["accuracy"])
