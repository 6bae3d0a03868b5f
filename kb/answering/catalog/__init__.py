"""Questions about the notes themselves, which the catalog answers exactly."""
