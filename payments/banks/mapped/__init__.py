"""Bank statements as CSV or JSON: a mapping, kept with the bank account, says what the columns mean.

The keys about the file are those of `payments.providers.mapped`; besides them:

- `columns`: `booked_on` (required), `value_on`, `amount` or `debit` and `credit`, `currency`, `balance`, `account`,
  `bank_reference`, `end_to_end_reference`, `transaction_code`, `counterparty`, `remittance`. A list of columns is
  joined with spaces.
- `constants`: `currency`, `account`.
- `signs`: `as_written`, or `by_side` (the `side` column tells); debit and credit columns are credit less debit, and
  `debit_is_negative` true says that debits carry a minus sign already.
- `order` of the rows for the running balance: `oldest_first`, `newest_first`, or `auto` (default).
- `trailer.totals`: `amount`, `debit`, `credit`.

Each booking date is a statement of its own: `<account>/<date>`. Where there is a balance column, every row must lead
to the balance beside it; opening and closing balance of each day come from it.
"""

from payments.banks.mapped.reader import MappedBankAdapter
from payments.banks.mapped.schema import BankMapping, bank_mapping

__all__ = ["BankMapping", "MappedBankAdapter", "bank_mapping"]
