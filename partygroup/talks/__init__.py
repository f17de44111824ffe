"""Talks between two people (谈心谈话): who, when, about what; what was said, if written down, is restricted."""
