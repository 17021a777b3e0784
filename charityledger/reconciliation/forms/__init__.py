"""Forms of the reconciliation."""
