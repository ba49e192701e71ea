"""The analyst: slices and their statistics, language models that explain, what is checked."""
