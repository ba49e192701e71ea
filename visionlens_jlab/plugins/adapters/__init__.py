"""What plugins contribute, as the rest of the product knows its own: no code of theirs in here."""
