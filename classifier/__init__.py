"""Which right: reads from a message what the person asks for and what kind of mail it is."""
