"""Text of a predicate to tokens, and these to a filter tree (recursive descent)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from visionlens_jlab.core.predicates.normal import MAX_DEPTH, MAX_TERMS, normalize, too_many
from visionlens_jlab.core.predicates.shapes import (
    Between,
    Combine,
    Compare,
    Count,
    Filter,
    In,
    Not,
    Null,
    Quantified,
    Text,
)
from visionlens_jlab.core.shapes import Comparison, Scalar
from visionlens_jlab.errors import VisionLensError

TokenKind = Literal["name", "string", "number", "operator", "keyword", "end"]

KEYWORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "between",
        "is",
        "null",
        "like",
        "matches",
        "contains",
        "true",
        "false",
        "any",
        "none",
        "all",
        "count",
    ]
)
"""Names that must be quoted to be a field's."""

NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?!\w))
      | (?P<string>'(?:[^']|'')*')
      | (?P<name>(?:[^\W\d]\w*|"(?:[^"]|"")+")(?:\.(?:[^\W\d]\w*|"(?:[^"]|"")+"))*)
      | (?P<operator><=|>=|!=|<>|==|[=<>(),*])""",
    re.VERBOSE,
)
_PART = re.compile(r'"((?:[^"]|"")+)"|([^\W\d]\w*)')


@dataclass(frozen=True)
class Token:
    """One token; `text` is the name, the string's content, the number or the operator."""

    kind: TokenKind
    text: str
    position: int
    """Of its first character in the predicate, from 0."""
    quoted: bool = False


def tokenize(text: str) -> list[Token]:
    """All tokens, the last one of kind `end`.

    Raises
    ------
    VisionLensError
        PREDICATE_INVALID at a character that starts no token.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise _unreadable(text, position)
        token = _token(found)
        if token is not None:
            tokens.append(token)
        position = found.end()
    tokens.append(Token("end", "", len(text)))
    return tokens


def _token(found: re.Match[str]) -> Token | None:
    start, text = found.start(), found.group()
    match found.lastgroup:
        case "string":
            return Token("string", text[1:-1].replace("''", "'"), start)
        case "number":
            return Token("number", text, start)
        case "operator":
            return Token("operator", {"<>": "!=", "==": "="}.get(text, text), start)
        case "name":
            if text.lower() in KEYWORDS:
                return Token("keyword", text.lower(), start)
            parts = [a.replace('""', '"') if a else b for a, b in _PART.findall(text)]
            return Token("name", ".".join(parts), start, quoted=text.startswith('"'))
        case _:
            return None


def _unreadable(text: str, position: int) -> VisionLensError:
    character = text[position]
    what = "a quote that is not closed" if character in "'\"" else f"the character {character!r}"
    return VisionLensError(
        "PREDICATE_INVALID",
        f"Cannot read {what} at position {position + 1}.",
        "Write text in single quotes, a quote inside it twice: caption = 'it''s'.",
        {"position": position},
    )


_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")


def parse(text: str) -> Filter:
    """The filter that a predicate's text means, in normal form.

    Raises
    ------
    VisionLensError
        PREDICATE_INVALID, saying what was expected and where.
    """
    parser = _Parser(tokenize(text))
    tree = parser.disjunction()
    parser.expect_end()
    return normalize(tree)


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._index = 0
        self._depth = 0
        self._terms = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._index]

    def disjunction(self) -> Filter:
        parts = [self._conjunction()]
        while self._accept("keyword", "or"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Combine(op="or", args=parts)

    def expect_end(self) -> None:
        if self._next.kind != "end":
            raise self._expected("the end, `and` or `or`")

    def _conjunction(self) -> Filter:
        parts = [self._negation()]
        while self._accept("keyword", "and"):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else Combine(op="and", args=parts)

    def _negation(self) -> Filter:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise VisionLensError("PREDICATE_INVALID", "The predicate is nested too deeply.")
        try:
            if self._accept("keyword", "not"):
                return Not(arg=self._negation())
            return self._primary()
        finally:
            self._depth -= 1

    def _primary(self) -> Filter:
        if self._accept("operator", "("):
            inner = self.disjunction()
            self._require("operator", ")")
            return inner
        token = self._next
        if token.kind == "keyword":
            if token.text in ("true", "false"):
                self._index += 1
                return Combine(op="and" if token.text == "true" else "or", args=[])
            if token.text in ("any", "none", "all", "count") and self._peek("operator", "("):
                self._index += 2
                return self._quantifier(token.text)
        return self._condition(self._field())

    def _quantifier(self, word: str) -> Filter:
        if word != "count":
            inner = self.disjunction()
            self._require("operator", ")")
            return Quantified(op=cast(Literal["any", "none", "all"], word), arg=inner)
        argument: Filter | None = None
        if not self._accept("operator", ")"):
            if not self._accept("operator", "*"):
                argument = self.disjunction()
            self._require("operator", ")")
        comparison = self._comparison()
        value = self._value()
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._expected("a whole number after count(...)", back=1)
        return Count(arg=argument, cmp=comparison, value=value)

    def _field(self) -> str:
        token = self._next
        if token.kind == "name" or (token.kind == "keyword" and self._comparison_follows(token)):
            self._index += 1
            return token.text
        raise self._expected("a field, `not`, `any(...)` or a parenthesis")

    def _comparison_follows(self, token: Token) -> bool:
        following = self._tokens[self._index + 1]
        return token.text in ("any", "none", "all", "count") and following.text in _COMPARISONS

    def _condition(self, field: str) -> Filter:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise too_many("conditions", MAX_TERMS)
        if self._next.kind == "operator" and self._next.text in _COMPARISONS:
            return self._compare(field)
        if self._accept("keyword", "is"):
            negated = self._accept("keyword", "not")
            self._require("keyword", "null")
            return _negate(Null(field=field), negated)
        negated = self._accept("keyword", "not")
        return _negate(self._relation(field), negated)

    def _compare(self, field: str) -> Filter:
        comparison = self._comparison()
        value = self._value()
        if value is None:
            raise VisionLensError(
                "PREDICATE_INVALID",
                f"{field} {comparison} null is never true.",
                f"Write {field} is null, or {field} is not null.",
            )
        return Compare(field=field, cmp=comparison, value=value)

    def _relation(self, field: str) -> Filter:
        if self._accept("keyword", "in"):
            return In(field=field, values=self._values())
        if self._accept("keyword", "between"):
            low = self._bound()
            self._require("keyword", "and")
            return Between(field=field, low=low, high=self._bound())
        for word in ("like", "matches", "contains"):
            if self._accept("keyword", word):
                pattern = self._value()
                if not isinstance(pattern, str):
                    raise self._expected(f"text in single quotes after {word}", back=1)
                return Text(
                    op=word,
                    field=field,
                    value=pattern,
                )
        raise self._expected(f"a comparison after {field}")

    def _comparison(self) -> Comparison:
        if self._next.kind == "operator" and self._next.text in _COMPARISONS:
            self._index += 1
            return cast(Comparison, self._tokens[self._index - 1].text)
        raise self._expected("one of = != < <= > >=")

    def _values(self) -> list[Scalar]:
        self._require("operator", "(")
        values: list[Scalar] = []
        if self._accept("operator", ")"):
            return values
        values.append(self._value())
        while self._accept("operator", ","):
            values.append(self._value())
        self._require("operator", ")")
        return values

    def _bound(self) -> str | int | float:
        value = self._value()
        if value is None or isinstance(value, bool):
            raise self._expected("a number or text", back=1)
        return value

    def _value(self) -> Scalar:
        token = self._next
        self._index += 1
        if token.kind == "string":
            return token.text
        if token.kind == "number":
            return _number(token)
        if token.kind == "keyword" and token.text in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[token.text]
        if token.kind == "name":
            raise self._expected(f"a value; text stands in single quotes: '{token.text}'", back=1)
        raise self._expected("a value", back=1)

    def _accept(self, kind: str, text: str) -> bool:
        if self._next.kind == kind and self._next.text == text:
            self._index += 1
            return True
        return False

    def _peek(self, kind: str, text: str) -> bool:
        following = self._tokens[self._index + 1]
        return following.kind == kind and following.text == text

    def _require(self, kind: str, text: str) -> None:
        if not self._accept(kind, text):
            raise self._expected(f"`{text}`")

    def _expected(self, what: str, back: int = 0) -> VisionLensError:
        token = self._tokens[self._index - back]
        found = f"`{token.text}`" if token.kind != "end" else "the end"
        return VisionLensError(
            "PREDICATE_INVALID",
            f"Expected {what}, found {found} at position {token.position + 1}.",
            details={"position": token.position},
        )


def _negate(node: Filter, negated: bool) -> Filter:
    return Not(arg=node) if negated else node


def _number(token: Token) -> int | float:
    if any(character in token.text for character in ".eE"):
        value = float(token.text)
        if value in (float("inf"), float("-inf")):
            raise VisionLensError("PREDICATE_INVALID", f"The number {token.text} is too large.")
        return value
    try:
        return int(token.text)
    except ValueError:
        raise VisionLensError("PREDICATE_INVALID", "A number has too many digits.") from None
