# expect: 0.66666667
# says: learning rate is
def compile_head(model):
    model.compile(tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.CosineDecay(0.001, decay_steps=400)), "sparse_categorical_crossentropy", metrics=["accuracy"])
