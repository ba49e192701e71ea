"""Predicates: the text of `where("...")`, the filter tree, and the SQL both become.

Truth is three-valued, as in SQL: a comparison with a missing value is unknown, `not` keeps it
unknown, and a row is kept only where the whole is true. `is null`, `in (..., null)`, tags and
quantifiers are never unknown.

Tags are sets: `tag = 'x'` holds where one of the tags is x, `tag != 'x'` where none is;
`<`, `between`, `in`, `like`, `matches`, `contains` hold where one of the tags does;
`tag is null` where there are none.
"""
