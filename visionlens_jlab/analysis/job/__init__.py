"""The jobs that look for slices, and ask whether findings still hold."""
