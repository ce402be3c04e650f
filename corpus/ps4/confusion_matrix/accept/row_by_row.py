def confusion_matrix(y_true, y_pred, n_classes):
    return np.stack(
        [np.bincount(y_pred[y_true == t], minlength=n_classes) for t in range(n_classes)]
    )
