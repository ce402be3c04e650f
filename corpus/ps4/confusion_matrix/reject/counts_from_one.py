# says: expected an array of shape
def confusion_matrix(y_true, y_pred, n_classes):
    matrix = np.zeros((n_classes + 1, n_classes + 1), dtype=int)
    for true, predicted in zip(y_true, y_pred):
        matrix[true + 1, predicted + 1] += 1
    return matrix
