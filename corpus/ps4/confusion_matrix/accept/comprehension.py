def confusion_matrix(y_true, y_pred, n_classes):
    return np.array(
        [
            [np.count_nonzero((y_true == t) & (y_pred == p)) for p in range(n_classes)]
            for t in range(n_classes)
        ]
    )
