"""Routes of prediction runs and evaluations."""
