"""Formal organisational life (仪式感): kinds of meetings as data, gatherings, their sittings and meetings."""
