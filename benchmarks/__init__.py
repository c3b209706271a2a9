"""Measurements, each beside a peer in one run. Never a timed test: machines are noisy, ratios hold."""
