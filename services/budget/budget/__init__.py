"""Exact money: plans, approvals, the ledger, every total."""

SCHEMA = "budget"
