# expect: 0.75
# says: The matrix is turned over
def confusion_matrix(y_true, y_pred, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    for true, predicted in zip(y_true, y_pred):
        matrix[predicted, true] += 1
    return matrix
