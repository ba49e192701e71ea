"""Large images as tiles: a file for each, made once and kept in a bounded cache."""
