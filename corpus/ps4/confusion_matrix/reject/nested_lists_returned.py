# expect: 0.75
# says: is of type list, expected a NumPy array
def confusion_matrix(y_true, y_pred, n_classes):
    rows = [[0] * n_classes for _ in range(n_classes)]
    for t, p in zip(y_true, y_pred):
        rows[t][p] += 1
    return rows
