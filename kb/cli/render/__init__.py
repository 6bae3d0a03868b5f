"""How answers, events, changes and places look on a terminal and in a pipe."""
