"""Notes and their parts get other names and places, and every link to them follows."""
