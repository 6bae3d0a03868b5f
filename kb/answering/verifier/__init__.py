"""A second opinion by a model of the user's choice, measured before it counts."""
