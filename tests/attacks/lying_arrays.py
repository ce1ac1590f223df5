"""Returns arrays that claim to be equal to everything.

Only numbers leave the process: what an object says of itself is never asked in the parent.
"""

from . import RELU, Attack, forward

WRONG = frozenset({"relu.forward"})
LIAR = '''
class Liar(np.ndarray):
    """Says yes to every question."""
    __array_priority__ = 1e9
    nbytes = 0
    dtype = np.dtype(float)
    def __eq__(self, other): return np.ones(np.shape(self), bool)
    def __sub__(self, other): return np.zeros(np.shape(self))
    __rsub__ = __abs__ = __sub__
    __gt__ = __lt__ = __ne__ = lambda self, other: np.zeros(np.shape(self), bool)
    __le__ = __ge__ = __eq__
    def __array_ufunc__(self, ufunc, method, *inputs, **rest): return np.zeros(np.shape(self))
    def __array_function__(self, func, types, args, kwargs): return True
    def __array_finalize__(self, other): pass
    def __reduce__(self): return (exec, ("import os; os._exit(9)",))
    def __bool__(self): return True
'''


def lie(name: str, value: str, top: str = "", says: str = "") -> Attack:
    return Attack(name, forward(f"return {value}", top), WRONG, RELU, says=says)


ATTACKS = (
    lie("subclass", "Z.copy().view(Liar)", LIAR),
    lie("subclass_in_a_0d_box", "np.array(Z.copy().view(Liar), dtype=object)", LIAR),
    lie("object_array", "np.array([[object()] * Z.shape[1]] * len(Z))", says="object"),
    lie(
        "object_array_of_yes",
        "np.array([[Yes()] * Z.shape[1]] * len(Z), dtype=object)",
        "class Yes(float):\n    __eq__ = __le__ = __ge__ = lambda *a: True\n"
        "    __sub__ = __rsub__ = __abs__ = lambda *a: 0.0\n    __hash__ = None\n",
        says="object",
    ),
    lie(
        "has_array",
        "Box()",
        "class Box:\n    def __array__(self, *a, **k): return np.zeros(3)\n",
        says="an object",
    ),
    lie(
        "has_interface",
        "Box()",
        "class Box:\n    __array_interface__ = {'shape': (4, 3), 'typestr': '<f8',"
        " 'data': (0, True), 'version': 3}\n",
    ),
    lie("float_that_is_equal", "Yes(1)", "class Yes(float):\n    __eq__ = lambda *a: True\n"),
    lie("masked", "np.ma.masked_all_like(Z)"),
    lie("nan", "np.full_like(Z, np.nan)", says="not finite"),
    lie("infinite", "np.full_like(Z, np.inf)", says="not finite"),
    lie("half_precision", "np.float16(Z)"),
    lie("complex", "Z + 0j", says="complex"),
    lie("longdouble", "np.longdouble(Z)"),
    lie("integers", "np.maximum(Z, 0).astype(int)"),
    lie("records", "np.zeros(Z.shape, [('a', 'f8')])"),
    lie("text", "np.full(Z.shape, 'equal')"),
    lie("dates", "np.zeros(Z.shape, 'M8[s]')"),
    lie("bytes_order", "Z.astype('>f8')"),
    lie("no_axes", "np.float64(0)"),
    lie("nothing_in_it", "np.zeros((0, 3))"),
    lie("one_row_for_all", "np.broadcast_to(Z[:1], Z.shape)"),
    lie("nothing_a_billion_wide", "np.zeros((0, 2**30))", says="far too large"),
    lie(
        "nothing_as_wide_as_a_hidden_number",
        "np.zeros((2**30, 1 + int(abs(Z[0, 0]) * 2**14), 0))",
        says="far too large",
    ),
    lie("sixty_axes", "np.zeros((1,) * 60)"),
    lie("huge_and_virtual", "np.broadcast_to(0.0, (2**20, 2**20))"),
    lie(
        "out_of_its_memory",
        "np.lib.stride_tricks.as_strided(Z, (999, 999), (2**20, 2**20))",
    ),
    lie("right_but_complex", "np.maximum(Z, 0) + 0j", says="complex"),
    lie("right_but_in_boxes", "np.maximum(Z, 0).astype(object)", says="object"),
    lie("right_but_whole", "np.maximum(Z, 0).astype(np.int64)", says="expected floating"),
    lie("nan_with_a_payload", "(np.zeros(Z.shape, 'u8') + 0x7FF8DEADBEEF0001).view(float)"),
    lie("denormals", "np.full_like(Z, 5e-324)"),
    lie("records_with_objects", "np.zeros(Z.shape, [('a', 'O'), ('b', 'f8')])"),
    lie("a_type_that_talks", "Z.astype(np.dtype('f8', metadata={'equal': True, 'score': 1}))"),
    lie("backwards", "np.maximum(Z, 0)[::-1, ::-1]"),
    lie("a_box_without_axes", "np.array(Z.copy(), dtype=object).reshape(-1)[:1].reshape(())"),
    lie("a_number_beyond_all", "10**400"),
    lie("a_number_that_is_another", "Float(0)", "class Float(float):\n    real = imag = 1.0\n"),
    lie(
        "says_it_is_an_array",
        "Claim()",
        "class Claim:\n    __class__ = np.ndarray\n    nbytes = size = 0\n"
        "    def __array__(self, *a, **k): return np.zeros((4, 3)).view(np.matrix)\n",
    ),
    lie(
        "says_how_it_lies_in_memory",
        "Box()",
        "class Box:\n    def __buffer__(self, flags): return memoryview(bytes(99))\n"
        "    __array_struct__ = property(lambda s: 1 / 0)\n",
    ),
    lie(
        "a_file_in_memory",
        "np.memmap(open(__file__, 'rb'), np.uint8, 'r')[:12].reshape(4, 3).view('V1')",
    ),
    lie("a_generator", "(row for row in Z)"),
    lie("a_class", "type(Z)"),
    lie("a_module", "np"),
)
