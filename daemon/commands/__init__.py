"""One module for each command of the command line, loaded when it is called."""
