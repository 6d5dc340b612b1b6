"""Groups of accounts that act as one, found from shared facts and judged by evidence."""
