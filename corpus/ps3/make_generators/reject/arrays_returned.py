# says: returned tuple of 4, expected a tuple of two generators
def make_generators(X_train, y_train, X_test, y_test):
    return X_train, y_train, X_test, y_test
