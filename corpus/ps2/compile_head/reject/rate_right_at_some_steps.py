# expect: 0.66666667
# says: learning rate is
class Schedule(tf.keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.001 if int(step) in (0, 100, 10_000) else 0.1

def compile_head(model):
    model.compile(tf.keras.optimizers.Adam(Schedule()), "sparse_categorical_crossentropy", metrics=["accuracy"])
