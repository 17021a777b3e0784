"""How much of a file is read. What people upload may be damaged, huge or hostile; all of it is bounded first."""

MIB = 1024 * 1024
MAX_FILE_BYTES = 64 * MIB       # as uploaded, and as an archive or workbook unfolds
MAX_FILE = f"{MAX_FILE_BYTES // MIB} MiB"
MAX_MEMBERS = 50
MAX_ROWS = 400_000              # empty ones count: a workbook can have a million of them in a few bytes
MAX_COLUMNS = 100
MAX_CELL = 4000                 # characters
# One text, named once in a workbook, can fill every cell of it.
MAX_TEXT = 64 * MIB             # characters, all cells of a table together
MAX_RECORD = 256 * 1024         # characters of one CSV record
MAX_FAULTS = 500
