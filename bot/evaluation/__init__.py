"""`./talent eval`: measures the assistant on held-back questions, sentences and conversations, beside two baselines."""

from bot.evaluation.command import main

__all__ = ["main"]
