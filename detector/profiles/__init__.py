"""Mergeable summaries of accounts' days, and the tables that features read from them."""
