# says: expected an array of shape
def confusion_matrix(y_true, y_pred, n_classes):
    matrix = np.zeros((3, 3), dtype=int)
    for true, predicted in zip(y_true, y_pred):
        if true < 3 and predicted < 3:
            matrix[true, predicted] += 1
    return matrix
