"""Feedback: what people say about the software, and the answers (product.md G4)."""
