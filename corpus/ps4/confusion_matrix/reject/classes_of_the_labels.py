# expect: 0.75
# says: Where the last class does not occur, the matrix has shape
def confusion_matrix(y_true, y_pred, n_classes):
    labels = np.unique(y_true)
    return np.array(
        [[np.sum((y_true == t) & (y_pred == p)) for p in labels] for t in labels]
    )
