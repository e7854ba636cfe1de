"""The JSON API for the company's own programs: the same decisions as the pages, behind tokens."""
