"""Answers to people's questions, assembled from a pack, never generated: pure functions from values to values."""
