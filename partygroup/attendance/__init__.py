"""Who was due, present, on leave; the rotating sign-in code. A status is read from rows, never typed."""
