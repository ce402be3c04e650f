# says: expected an array of shape
def confusion_matrix(y_true, y_pred, n_classes):
    return np.bincount(y_true * n_classes + y_pred, minlength=n_classes**2)
