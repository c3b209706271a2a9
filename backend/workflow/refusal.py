"""What every refused command is: a stable code and a Chinese sentence that says what to do. Pure."""


class Refusal(Exception):
    """A command is refused. `code` is stable; `message` is for the person who gave the command."""

    code = "refused"

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message
