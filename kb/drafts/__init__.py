"""The vault as it is being written: texts that an editor has not saved yet lie over the files and the index."""
