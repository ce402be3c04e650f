"""The grader that course staff run: it verifies evidence from students' notebooks and judges it."""
