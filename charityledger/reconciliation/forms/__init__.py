"""Forms of the reconciliation's pages."""
