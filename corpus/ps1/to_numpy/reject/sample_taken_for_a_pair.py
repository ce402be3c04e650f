# says: raised
def to_numpy(ds):
    X, y = [], []
    for image, label in ds:
        X.append(image.numpy())
        y.append(label.numpy())
    return np.stack(X), np.array(y)
