"""Becomes `rasa run`. Runs in the Rasa environment (Python 3.10) and imports nothing of ours.

Rasa takes the secret of its HTTP API from the command line only, where every user of the machine could read it; here it
arrives in the environment and goes no further.
"""

import os
import sys
import warnings


def main():
    """Add the secret to the arguments inside this process and hand over to Rasa's own command line."""
    warnings.filterwarnings("ignore")
    secret = os.environ.pop("RASA_API_SECRET")
    sys.argv = ["rasa", "run", *sys.argv[1:], "--enable-api", "--jwt-secret", secret, "--jwt-method", "HS256"]
    from rasa.__main__ import main as rasa

    rasa()


if __name__ == "__main__":
    main()
