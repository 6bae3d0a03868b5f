"""Moving in: notes of other programs, from what these export, become notes of the vault."""
