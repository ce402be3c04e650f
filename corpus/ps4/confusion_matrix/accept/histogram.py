def confusion_matrix(y_true, y_pred, n_classes):
    bins = np.arange(n_classes + 1)
    counts, _, _ = np.histogram2d(y_true, y_pred, bins=(bins, bins))
    return counts.astype(int)
