"""How likely a mention deserves a link to a note, learned from the vault's own links."""
