"""Providers without a public layout: a JSON mapping, kept with the provider, says what the columns mean.

The keys of a mapping (all but `columns` have a default; `examples/` holds whole ones; keys beginning with `_` are
remarks):

- `format` `csv` or `json`; `encoding`, `delimiter` (found out when missing); `skip_lines` before the header; `header`
  false when there is none (columns are then positions from 1); `list` the key of the list in a JSON file.
- `zone` of times without a distance to UTC (default: the provider's); `date_format`, `time_format` as for strptime,
  each number as wide as the format says (`%d` takes 07, `%-d` takes 7 and 31).
- `decimal_mark` `.` or `,`; `units` `major`, `minor`, or one of them per currency: `{"JPY": "minor"}`.
- `columns`: the column of each fact: `line_key`, `provider_key`, `payment_reference`, `merchant_reference`, `kind`,
  `method`, `currency`, `gross`, `net_currency`, `gross_settled`, `net`, `fee`, `fee_commission`, `fee_markup`,
  `fee_scheme`, `fee_interchange`, `fee_installment`, `fee_other`, `fee_vat`, `rate`, `occurred_at`, `sold_on`,
  `booked_on`, `paid_on`, `payout_key`, `statement_key`. A column is a name (in JSON a dotted path), a position from 1,
  or a list of them, joined with `/`.
- `constants`: facts that are the same on every row: `{"currency": "JPY"}`.
- `kinds`: what stands in the kind column → `sale`, `refund`, `chargeback`, … (the names of `LineKind`, lower case);
  anything else is kept as `unknown`. Without a kind column: `sale`, or `refund` when gross is negative.
- `signs`: `amounts` `as_written`, `by_kind` (gross and net without sign; refunds, chargebacks, fees, payouts … take)
  or `by_side` (the `side` column tells); `fees` `cost` (positive is withheld), `deduction` (negative is withheld) or
  `by_kind` (without sign; given back on what takes).
- `fee_includes_vat` true when the fee column holds the VAT of the fee too.
- `side`: `{"column": …, "negative": ["D"], "positive": ["C"]}`.
- `trailer`: `{"column": …, "values": ["合計"], "count": …, "totals": {"gross": …, "fee": …, "fee_vat": …, "net": …}}`;
  in JSON without `column` and `values`: the keys beside the list. A file that contradicts its trailer is refused.
- `skip_rows`: `{"column": …, "values": […]}` rows to pass over; `references`: further columns that hold references.

What is not mapped: `net` is gross less fee and VAT; the fee is gross less net; `booked_on` is the sold date, else the
payout date, else the date of the time; `statement_key` is `booked_on`; `payout_key` is the payout date. Rows of kind
`payout` state a payout; for other payout keys the payout is the sum of the lines, and none where `carry_out` takes all.
"""

from payments.providers.mapped.reader import MappedAdapter
from payments.providers.mapped.schema import StatementMapping, statement_mapping

__all__ = ["MappedAdapter", "StatementMapping", "statement_mapping"]
