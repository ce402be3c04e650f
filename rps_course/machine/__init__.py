"""What this machine has and lacks: data, weights, a network; and which profile it runs."""
