# expect: 0.75
# says: The counts are float64
def confusion_matrix(y_true, y_pred, n_classes):
    matrix = np.zeros((n_classes, n_classes))
    for true, predicted in zip(y_true, y_pred):
        matrix[true, predicted] += 1
    return matrix
