"""The words: one folder for each letter, and the renderer that fills it in."""
