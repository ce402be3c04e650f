# expect: 0.66666667
# says: The optimizer does not change weights as Adam
class Adam(tf.keras.optimizers.Adam):
    def update_step(self, gradient, variable, learning_rate):
        for moment in (*self._momentums, *self._velocities):
            moment.assign(tf.zeros_like(moment))
        super().update_step(gradient, variable, learning_rate)

def compile_head(model):
    model.compile(Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
