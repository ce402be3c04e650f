"""Isolation: bubblewrap, the home folder in it, limits, and the trees of processes behind them."""
