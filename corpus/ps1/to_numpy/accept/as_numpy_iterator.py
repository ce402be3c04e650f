def to_numpy(ds):
    images = []
    labels = []
    for element in ds.as_numpy_iterator():
        images += [element["image"]]
        labels += [element["label"]]
    return np.asarray(images), np.asarray(labels)
