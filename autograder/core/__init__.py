"""What also runs in a student's kernel: exercises, challenges, evidence, verdicts. NumPy only."""
