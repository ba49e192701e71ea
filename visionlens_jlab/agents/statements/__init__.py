"""Statements of a language model: typed, held against evidence, worded by us."""
