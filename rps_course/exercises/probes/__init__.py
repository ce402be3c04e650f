"""What the probes of several exercises share."""
