class OwnAdam(tf.keras.optimizers.Optimizer):
    def build(self, variables):
        super().build(variables)
        self.m, self.v = self.add_optimizer_variables(variables, ["m", "v"])

    def update_step(self, gradient, variable, learning_rate):
        i, t = self._get_variable_index(variable), tf.cast(self.iterations + 1, tf.float32)
        self.m[i].assign(0.9 * self.m[i] + 0.1 * gradient)
        self.v[i].assign(0.999 * self.v[i] + 0.001 * gradient**2)
        m, v = self.m[i] / (1 - 0.9**t), self.v[i] / (1 - 0.999**t)
        variable.assign(variable - learning_rate * m / (tf.sqrt(v) + 1e-8))

def compile_head(model):
    model.compile(OwnAdam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
