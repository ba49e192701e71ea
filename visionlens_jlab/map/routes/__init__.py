"""Routes of projections and colours."""
