"""Tables from outside (.xlsx, .csv), read without trusting them: files, cells, and the faulty rows handed back."""
