"""What the offline profile has instead of a network: rendered hands, weights of a backbone."""
