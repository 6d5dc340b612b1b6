"""How unusual each account is, measured against a frozen and dated reference population.

`baseline.fit` learns a reference, `baseline.score` holds a night's accounts against it. Two views
are joined: an isolation forest on ranks sees odd combinations, a tail score sees one feature gone
far. Unusual is not abusive: what follows from a score is decided elsewhere.
"""
