"""Why an act is not taken: a code, which `payments.acts.labels` has the words for."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """What stands in the way."""

    NOT_POSITIVE = "not_positive"
    TOO_MUCH = "too_much"
    """More than there is, acts under way included."""
    NOT_WHOLE = "not_whole"
    """A void gives back all that is authorized, and so must name that amount."""
    WRONG_STATE = "wrong_state"
    """No attempt of the payment can be acted on in this way."""
    WHICH_ATTEMPT = "which_attempt"
    """Several could be, and none was named."""
    NO_CLIENT = "no_client"
    """We have no way to the provider's API: no client for it, or no secret."""
    HELD = "held"
    """The payment is held: no money is taken until it is released."""
    CARD_DATA = "card_data"
    """The reason holds a card number or a security code, which would be kept, and sent to the provider."""
    NOBODY = "nobody"
    """Neither a person nor an API key asks."""


class ActRefused(Exception):
    """The act cannot be done; nothing was written."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code.value)
        self.code = code


class NotAwaitingApproval(Exception):
    """Somebody decided it already, or it never had to be."""


class OwnAct(Exception):
    """Nobody approves what they asked for themselves."""


class ReasonMissing(Exception):
    """A rejection says why in words."""
