def confusion_matrix(y_true, y_pred, n_classes):
    matrix = np.zeros([n_classes] * 2, "uint32")
    for i in range(len(y_true)):
        matrix[y_true[i]][y_pred[i]] = matrix[y_true[i]][y_pred[i]] + 1
    return matrix
