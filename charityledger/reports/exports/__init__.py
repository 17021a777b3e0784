"""Tables of the books and the measures for other programs."""
