"""The program: reads the settings once, builds every part, runs the loops and the commands."""
