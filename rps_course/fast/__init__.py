"""What makes training fast: the frozen part computed once, batches for it, checkpoints, GPUs."""
