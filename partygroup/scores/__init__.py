"""Members' points (先进性): rule tables, declarations, publicity, sheets; reads facts, never writes them."""
