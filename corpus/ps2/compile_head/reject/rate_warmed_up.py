# expect: 0.66666667
# says: learning rate is
class WarmUp(tf.keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.001 * tf.minimum(1.0, (tf.cast(step, tf.float32) + 1) / 50)

def compile_head(model):
    model.compile(tf.keras.optimizers.Adam(WarmUp()), "sparse_categorical_crossentropy", metrics=["accuracy"])
