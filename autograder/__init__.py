"""The grading engine: it grades any course that describes itself as a `core.course.Course`."""
