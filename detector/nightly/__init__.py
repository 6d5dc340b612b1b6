"""Night after night: what is stored, what a night finds, and how it differs from the night before."""
