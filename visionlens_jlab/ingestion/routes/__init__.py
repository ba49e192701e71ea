"""Routes of what an ingest would find, of folders and of uploads."""
