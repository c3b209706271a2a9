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

    check_schema_once()
    rasa()


def check_schema_once():
    """Let Rasa check the format of its actions' answers by a validator made once.

    Rasa 3.6 checks the schema itself again before every answer, which is a third of what a turn costs it
    (docs/adr/rasa-one-turn.md). What a wrong answer raises is the same.
    """
    from jsonschema.validators import validator_for
    from rasa.core.actions.action import RemoteAction

    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)

    def is_valid(action, result):
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = is_valid


if __name__ == "__main__":
    main()
