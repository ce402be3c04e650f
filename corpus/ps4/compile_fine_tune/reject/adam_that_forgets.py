# expect: 0.5
# says: The optimizer does not change weights as Adam
class Adam(tf.keras.optimizers.Adam):
    def update_step(self, gradient, variable, learning_rate):
        for moment in (*self._momentums, *self._velocities):
            moment.assign(tf.zeros_like(moment))
        super().update_step(gradient, variable, learning_rate)

def compile_fine_tune(model):
    model.compile(Adam(0.00001), "sparse_categorical_crossentropy", metrics=["accuracy"])
