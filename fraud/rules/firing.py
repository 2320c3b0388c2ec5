"""Asks every rule about one payment, and says which of them decides; pure."""

from __future__ import annotations

from fraud.rules.given import Fired, Given, InForce


def fire(given: Given, rules: InForce) -> Fired:
    """What the rules say: of the live ones that are true, those with the lowest number of action decide.

    A rule that raises is a mistake in the code, since conditions were read whole when they were written: it goes on to
    the caller, who lets the policy for such times decide.
    """
    live = [each for each in rules.live if each.judge(given)]
    live.sort(key=lambda each: (each.action, each.version_id))
    return Fired(
        action=live[0].action if live else None,
        version_ids=tuple(each.version_id for each in live),
        shadow_ids=tuple(sorted(each.version_id for each in rules.shadow if each.judge(given))),
    )
