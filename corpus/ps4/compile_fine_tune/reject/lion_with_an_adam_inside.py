# expect: 0.5
# says: The optimizer does not change weights as Adam
class Wrapped(tf.keras.optimizers.Lion):
    inner_optimizer = tf.keras.optimizers.Adam(0.00001)

def compile_fine_tune(model):
    model.compile(Wrapped(0.00001), "sparse_categorical_crossentropy", metrics=["accuracy"])
