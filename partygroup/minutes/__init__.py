"""Minutes of meetings: written from what is known already, confirmed by two, sealed; what was resolved is followed."""
