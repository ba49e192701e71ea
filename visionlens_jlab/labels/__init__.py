"""Labels: changes by hand, with their history."""
