"""The pages: one module a room, and what all of them share. Flask is known here, in commands, and nowhere below."""
