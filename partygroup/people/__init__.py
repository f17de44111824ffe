"""Members: who they are, where they belong, which posts they hold, and how they log in. All dated."""
