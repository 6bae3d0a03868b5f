"""What must hold before something is said: is it there, is it supported, is it said of the same thing."""
