def confusion_matrix(y_true, y_pred, n_classes):
    one_hot = np.eye(n_classes, dtype=int)
    return one_hot[y_true].T @ one_hot[y_pred]
