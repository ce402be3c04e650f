# says: At least one count is wrong
def confusion_matrix(y_true, y_pred, n_classes):
    rows = [[0] * n_classes] * n_classes
    for t, p in zip(y_true, y_pred):
        rows[t][p] += 1
    return np.array(rows)
