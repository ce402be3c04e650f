"""A setting that a notebook may change."""

DTYPE = "float64"
