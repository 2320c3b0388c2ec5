"""The pages of intake: keys of the merchant API."""
