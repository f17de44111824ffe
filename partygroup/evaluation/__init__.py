"""Evaluation of branches in four dimensions: a scheme as data, figures, sheets. Reads other rooms, never writes."""
