"""Two or three coordinates for each vector of an embedding space.

`fit` projects all vectors of a space by one method and returns a `Fitted` model; `place` puts
further vectors among them without moving what is there. Everything works on arrays and knows
neither jobs nor the catalog. Rows are expected to be of unit length.
"""
