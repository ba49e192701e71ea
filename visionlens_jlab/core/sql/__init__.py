"""The user's own SQL: checked, and run in a process of bounded memory."""
