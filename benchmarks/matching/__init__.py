"""Does the matcher settle lines, and never a wrong one? Generated promises and statement files with known truth."""
