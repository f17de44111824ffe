"""Tables from outside (.xlsx, .csv), read without trusting them, previewed, and the faulty rows handed back."""
