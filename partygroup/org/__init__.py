"""The organisation: committees, branches, party groups and shop-floor units, and how they change over time."""
