# says: expected an array of shape
def confusion_matrix(y_true, y_pred, n_classes):
    return np.bincount(y_true, minlength=n_classes)
