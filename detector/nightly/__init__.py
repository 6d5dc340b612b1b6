"""Every night: a store of account days, what of it is judged each night, and what changed since the night before."""
