"""Files beside the notes: each format has a `Source` that turns a file into text with places; none is ever written to."""
