"""What providers make of the movements: lines, statements and payouts, by contract and calendar."""
