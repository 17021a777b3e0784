"""Which promise a line keeps, and why. Pure: lines and open promises in, verdicts with reasons out."""
