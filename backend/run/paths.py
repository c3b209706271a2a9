"""Where things are in a checkout: the root, the environments that `./talent` made, their programs."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = ROOT / ".talent"
APP_PYTHON = ENVIRONMENTS / "app" / "bin" / "python"
RASA_PYTHON = ENVIRONMENTS / "rasa" / "bin" / "python"
PEERS_PYTHON = ENVIRONMENTS / "peers" / "bin" / "python"
