from itertools import islice

def unfreeze(backbone, fine_tune_at):
    setattr(backbone, 'trainable', True)
    for layer in islice(backbone.layers, fine_tune_at):
        layer.trainable = False
    print(sum(layer.trainable for layer in backbone.layers), 'layers train')
