from collections import Counter


def confusion_matrix(y_true, y_pred, n_classes):
    counts = Counter(zip(y_true.tolist(), y_pred.tolist()))
    return np.array([[counts[t, p] for p in range(n_classes)] for t in range(n_classes)])
