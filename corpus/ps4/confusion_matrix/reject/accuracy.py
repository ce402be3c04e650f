# says: expected an array of shape
def confusion_matrix(y_true, y_pred, n_classes):
    return np.mean(y_true == y_pred)
