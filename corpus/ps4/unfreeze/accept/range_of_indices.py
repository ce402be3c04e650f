def unfreeze(backbone, fine_tune_at):
    backbone.trainable = True
    for i in range(fine_tune_at):
        backbone.layers[i].trainable = False
