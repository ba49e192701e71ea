"""The jobs that evaluate a run, add intervals, and rank likely label errors."""
