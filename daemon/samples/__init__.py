"""Sample letters for the demonstration, each with what must become of it (samples.toml)."""
