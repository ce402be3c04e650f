# expect: 0.75
# says: Where the last class does not occur, the matrix has shape
def confusion_matrix(y_true, y_pred, n_classes):
    n = max(y_true.max(), y_pred.max()) + 1
    matrix = np.zeros((n, n), dtype=int)
    np.add.at(matrix, (y_true, y_pred), 1)
    return matrix
