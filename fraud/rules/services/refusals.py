"""Why something cannot be done to a rule now."""

from __future__ import annotations


class NameTaken(Exception):
    """There is a rule of this name."""


class DraftStands(Exception):
    """The rule has a draft already: that one is to be finished or discarded first."""


class NotInState(Exception):
    """The version does not stand where this could be done: somebody was faster."""


class OwnRule(Exception):
    """Nobody publishes what they wrote themselves."""


class NotYours(Exception):
    """A draft is changed by who began it, so that it is clear who may not publish it."""


class MustExpire(Exception):
    """A rule that allows ends some day; that day is missing or past."""


class AlreadyOver(Exception):
    """The end that is asked for is past, or further away than a trial may last."""
