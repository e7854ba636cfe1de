"""The database: keeps messages, cases, letters and the audit trail."""
