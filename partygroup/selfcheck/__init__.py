"""Self-check before an inspection: what an inspector would find, shown to the branch first and privately (B14)."""
