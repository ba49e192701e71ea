"""The vectors of spaces as files: the truth that search indexes are made from."""
