"""Forms of adopting, giving and paying out."""
