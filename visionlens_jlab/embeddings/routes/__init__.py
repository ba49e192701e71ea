"""Routes of embedding spaces and encoded queries."""
