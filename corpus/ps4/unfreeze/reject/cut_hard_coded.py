# expect: 0.875
# says: the wrong layers train
def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
    for layer in backbone.layers[:149]:
        layer.trainable = False
