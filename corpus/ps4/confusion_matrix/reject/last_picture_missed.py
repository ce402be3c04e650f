# says: At least one count is wrong
def confusion_matrix(y_true, y_pred, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    for i in range(len(y_true) - 1):
        matrix[y_true[i], y_pred[i]] += 1
    return matrix
