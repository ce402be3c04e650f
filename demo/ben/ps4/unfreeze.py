def unfreeze(backbone, fine_tune_at):
    """Says for every layer whether it trains, in one go."""
    backbone.trainable = True
    for index, layer in enumerate(backbone.layers):
        layer.trainable = index >= fine_tune_at
