"""Testing the grader like any other program: with answers, and with hostile submissions."""
