"""Stripe's statements: the itemised reports of the balance, and the balance transactions as tables and as API lists."""
