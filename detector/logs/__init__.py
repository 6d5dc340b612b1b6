"""Log files become checked Arrow batches; what cannot be used is counted and named."""
