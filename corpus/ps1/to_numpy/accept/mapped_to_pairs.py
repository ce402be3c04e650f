def to_numpy(ds):
    pairs = ds.map(lambda s: (s["image"], s["label"]))
    X, y = [], []
    for image, label in pairs:
        X.append(image.numpy())
        y.append(label.numpy())
    return np.array(X), np.array(y).astype(np.uint8)
