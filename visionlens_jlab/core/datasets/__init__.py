"""The datasets of a data folder: who they are, who holds them, where their images lie."""
