from tensorflow.keras import layers, models

def build_classifier(backbone):
    model = models.Sequential()
    model.add(backbone)
    model.add(layers.Dropout(rate=0.5))
    model.add(layers.Dense(units=len(CLASSES), activation="softmax", name="predictions"))
    return model
