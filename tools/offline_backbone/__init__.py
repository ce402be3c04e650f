"""Makes the offline profile's backbone: draws forty kinds of things and trains on them."""
