# expect: 0.66666667
# says: The optimizer does not change weights as Adam
class Wrapped(tf.keras.optimizers.Lion):
    inner_optimizer = tf.keras.optimizers.Adam(0.001)

def compile_head(model):
    model.compile(Wrapped(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
