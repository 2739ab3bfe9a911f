"""Alerts: who is told what, over which channel, and what the provider answered."""

SCHEMA = "alerts"
