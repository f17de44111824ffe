"""组织生活会: its stages with days, the problems that it listed, restricted criticism opinions (domain.md 5.7)."""
