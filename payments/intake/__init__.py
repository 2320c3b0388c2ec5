"""How facts get in: files received, kept, read into staging and previewed."""
