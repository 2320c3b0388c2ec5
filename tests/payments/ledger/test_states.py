"""The table of states is complete, and the page drawn from it is current."""

from __future__ import annotations

from config.settings.environment import CHECKOUT
from payments.ledger.diagram import page
from payments.ledger.states import ATTEMPT_KINDS, TRANSITIONS, AttemptStatus


def test_every_status_has_an_answer_to_every_event() -> None:
    """No event of an attempt can come when the table is silent."""
    assert set(TRANSITIONS) == {(status, kind) for status in (None, *AttemptStatus) for kind in ATTEMPT_KINDS}


def test_money_that_was_taken_is_never_forgotten() -> None:
    """Nothing but the failure of the capture itself leads away from `captured`."""
    after = {TRANSITIONS[AttemptStatus.CAPTURED, kind].status for kind in ATTEMPT_KINDS}
    assert after == {AttemptStatus.CAPTURED}


def test_the_page_of_states_is_current() -> None:
    """`python -m payments.ledger.diagram > docs/states.md`."""
    assert (CHECKOUT / "docs" / "states.md").read_text(encoding="utf-8") == page()
