"""The named roundings and the VAT of a fee as SQL, equal to `payments.money`."""

from __future__ import annotations

ROUNDED = {
    "half_up": "round({x})",
    "half_even": "CASE WHEN abs({x} - trunc({x})) = 0.5 THEN 2 * round({x} / 2) ELSE round({x}) END",
    "down": "trunc({x})",
    "up": "sign({x}) * ceil(abs({x}))",
    "floor": "floor({x})",
    "ceiling": "ceil({x})",
}
"""The named roundings on `numeric`; `round` of PostgreSQL goes half away from zero."""


def by_rounding(column: str, expression: str) -> str:
    """Return SQL that rounds an expression by the mode a column names."""
    cases = " ".join(f"WHEN '{mode}' THEN {sql.format(x=f'({expression})')}" for mode, sql in ROUNDED.items())
    return f"CASE {column} {cases} END"


def exact_vat(amount: str) -> str:
    """Return SQL for the unrounded VAT of a stated fee: a part of it where the contract includes it, else on top."""
    return (
        f"CASE WHEN is_vat_included THEN ({amount} * vat_rate_basis_points)::numeric(40, 12)"
        f" / (10000 + vat_rate_basis_points) ELSE {amount} * vat_rate_basis_points * 0.0001 END"
    )
