# expect: 0.5
# says: The optimizer does not change weights as Adam
class Adam(tf.keras.optimizers.Optimizer):
    def update_step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, learning_rate * tf.sign(gradient))

def compile_fine_tune(model):
    model.compile(Adam(0.00001), "sparse_categorical_crossentropy", metrics=["accuracy"])
