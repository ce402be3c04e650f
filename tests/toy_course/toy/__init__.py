"""A course of three exercises without TensorFlow: the proof that the engine knows no other."""
