"""Parsers of statement files: bytes in, lines and problems out. Pure; they know no database."""
