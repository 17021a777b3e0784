"""From files of banks and wallets to lines that are matched or explained, and months that are closed."""
