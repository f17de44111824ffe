"""Sections of the branch ledger that nothing else feeds (G7), and the index of all: plan, admission, dues, honours."""
