# says: expected an array of shape
def confusion_matrix(y_true, y_pred, n_classes):
    return {(t, p): np.sum((y_true == t) & (y_pred == p)) for t in range(3) for p in range(3)}
