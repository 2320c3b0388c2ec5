"""What every test of acts stands on."""

from tests.payments.acts.stories import fake as fake
