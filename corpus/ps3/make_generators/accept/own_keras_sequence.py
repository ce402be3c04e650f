class Batches(tf.keras.utils.Sequence):
    def __init__(self, X, y, datagen=None):
        super().__init__()
        self.X, self.y, self.datagen = X, y, datagen
        self.order = np.random.permutation(len(X))

    def __len__(self):
        return int(np.ceil(len(self.X) / BATCH_SIZE))

    def __getitem__(self, index):
        chosen = self.order[index * BATCH_SIZE:(index + 1) * BATCH_SIZE]
        X = self.X[chosen]
        if self.datagen:
            X = np.stack([self.datagen.random_transform(x) for x in X])
        return X, self.y[chosen]

    def on_epoch_end(self):
        np.random.shuffle(self.order)

def make_generators(X_train, y_train, X_test, y_test):
    datagen = tf.keras.preprocessing.image.ImageDataGenerator(
        rotation_range=8,
        width_shift_range=0.08,
        height_shift_range=0.08,
        shear_range=0.3,
        zoom_range=0.08,
        fill_mode="nearest",
    )
    return Batches(X_train, y_train, datagen), Batches(X_test, y_test)
