"""Sample courses that are graded by the stock nbgrader: the demo class and the self-test."""
