"""What goes wrong at most of the further providers."""

from typing import Final

from payments.simulator.fates import Fate
from payments.simulator.world import Fault

KEYED_FAULTS: Final = (
    Fault.UNSTATED,
    Fault.UNLEDGERED,
    Fault.AMOUNT,
    Fault.DUPLICATE,
    Fault.FEE_OVER,
    Fault.FEE_UNDER,
)
NAMED_FATES: Final = (Fate.LOST, Fate.LATE, Fate.SHORT, Fate.SPLIT, Fate.JOINED)
"""Where the bank shows which payout it is."""
