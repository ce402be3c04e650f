# says: no weight of the backbone moves
def unfreeze(backbone, fine_tune_at):
    pass
