def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
    index = 0
    while index < fine_tune_at:
        backbone.get_layer(index=index).trainable = False
        index += 1
