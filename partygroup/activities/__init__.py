"""Flexible activities (灵活活动): jotted in half a minute, confirmed by who took part; and the list of problems."""
