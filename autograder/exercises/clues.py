"""What exceptions say of themselves: hints to it, and what of it can be said of hidden cases."""

# What an exception tells, by its type and text; the first that fits is said.
CLUES = (
    (r"bitwise_xor", "a power is written with **; ^ is something else"),
    (r"truth value", "an array has no single truth: ask all its entries (np.where, np.maximum)"),
    (r"only integer scalar arrays", "np.max takes an axis there; np.maximum compares two arrays"),
    (r"only .*(0-dim|length-1|size-1)", "`math` takes one number; numpy's own functions take all"),
    (r"'(Linear|ReLU|Sigmoid|Softmax)' object is not callable", "call its .forward(…)"),
    (r"not reversible", "turn it into a list first, or reverse its parts before you zip them"),
    (
        r"must be \(.*\), got",
        "an array was handed to the wrong layer, or is not yet what it should be",
    ),
    (r"name '(A|Z|Y|W|b|lr|f|layers|model|dLdW|dLdb)' is not", "is it self.{0} that you mean?"),
    (r"read-only", "the code changes an array that it was given; make a new one instead"),
    (r"NoneType|call forward first", "`forward` keeps nothing yet that `backward` could use"),
    (r"object has no attribute", "is it set, under this very name, before it is used?"),
    (r"matmul|aligned|broadcast", "write the shapes of both sides down: which axes must agree?"),
    (r"No module named '(?!mytorch)", "only numpy and the standard library can be imported here"),
    (r"positional argument|unexpected keyword", "it is called with the arguments of the stub"),
    (r"name '\w+' is not defined", "only what its own file defines or imports is known to it"),
)

# What Python itself says of a text that is no Python, without what differs from text to text.
GRAMMAR = (
    r"(Syntax|Indentation|Tab)Error: ("
    r"invalid (syntax|character|non-printable character|decimal literal)|leading zeros|f-string"
    r"|expected (':'|an indented block)|unmatched '[)\]}]'|'[(\[{]' was never closed"
    r"|closing parenthesis '[)\]}]' does not match|unterminated (triple-quoted )?string literal"
    r"|unexpected (indent|character after line continuation)|unindent does not match"
    r"|inconsistent use of tabs|'(return|break|yield)' outside|cannot assign to"
    r"|positional argument follows|Missing parentheses in call)"
)
