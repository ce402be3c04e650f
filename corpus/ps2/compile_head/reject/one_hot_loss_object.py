# expect: 0.5
# says: which takes labels as vectors of zeros and ones
def compile_head(model):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.001), loss=tf.keras.losses.CategoricalCrossentropy(), metrics=["accuracy"])
