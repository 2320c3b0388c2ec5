"""What can go wrong with the embedded server."""


class EmbeddedServerError(Exception):
    """The embedded server cannot be started, stopped or reached; the message says what to do."""
