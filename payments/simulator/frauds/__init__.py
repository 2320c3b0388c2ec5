"""People who pay with what is not theirs, and people who only look so: their stories, and the truth about them."""
