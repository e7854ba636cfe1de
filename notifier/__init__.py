"""Mail out: hands finished letters to a transport and reports what became of them."""
