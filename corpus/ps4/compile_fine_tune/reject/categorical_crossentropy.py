# expect: 0.66666667
# says: which takes labels as vectors of zeros and ones
def compile_fine_tune(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.00001), loss="categorical_crossentropy", metrics=["accuracy"])
