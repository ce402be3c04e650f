"""The exercises: a folder for each, with its code and its rubric; `probes` is what they share."""
