def confusion_matrix(y_true, y_pred, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=np.int32)
    for t in range(n_classes):
        for p in range(n_classes):
            matrix[t, p] = np.sum((y_true == t) & (y_pred == p))
    return matrix
