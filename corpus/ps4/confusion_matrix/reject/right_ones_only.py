# says: At least one count is wrong
def confusion_matrix(y_true, y_pred, n_classes):
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    for true, predicted in zip(y_true, y_pred):
        if true == predicted:
            matrix[true, predicted] += 1
    return matrix
