"""Writes frames itself, into every descriptor that there is: points, numbers, garbage, floods.

A frame holds numbers to compare and words that are ours: it costs its author, or does nothing.
"""

from . import RELU, Attack, forward
from .patches import EVERYWHERE

WRONG = frozenset({"relu.forward"})
FORGE = '''
import os, json
from safetensors.numpy import save

def frame(header, tensors=None):
    """A frame as the wire has it."""
    block = save(tensors or {}, metadata={"json": json.dumps(header)})
    return len(block).to_bytes(8, "little") + block

def block(metadata, data=b"", **tensors):
    """A frame without its length: its header is this text, and these tensors are claimed."""
    header = json.dumps({**tensors, "__metadata__": {"json": metadata}}).encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + data

def instead(block):
    """Write this in the place of the frame that comes next."""
    import autograder.harness.wire as w
    def once(*_, **__):
        w.save = save
        return block
    w.save = once

def said(header, tensors=None):
    """Write this frame in the place of the next."""
    instead(frame(header, tensors)[8:])

def spray(data):
    """Write to whatever is open for writing."""
    for n in range(1001):
        try:
            os.fstat(n)
        except OSError:
            continue
        try:
            while data:
                data = data[os.write(n, data):]
            return
        except OSError:
            continue

def everywhere(data):
    """Write to every descriptor: pipes, sockets, files in memory."""
    for n in range(3, 1001):
        try:
            os.set_blocking(n, False)
            os.write(n, data)
            os.pwrite(n, data, 0)
        except OSError:
            continue

def channel():
    """Where the answers go: the only pipe that takes anything."""
    for n in range(3, 1001):
        try:
            if os.fstat(n).st_mode & 0o170000 == 0o010000 and os.write(n, b"") == 0:
                return n
        except OSError:
            continue

def only_the_channel(data):
    """Write where the answers go: the only pipe that takes anything."""
    for n in range(3, 1001):
        try:
            if os.readlink(f"/proc/self/fd/{n}").startswith("pipe:"):
                os.write(n, data)
        except OSError:
            continue
'''


def forged(name: str, data: str, says: str = "", write: str = "") -> Attack:
    body = f"{write or 'only_the_channel'}({data})\nreturn Z"
    return Attack(name, forward(body, FORGE), WRONG, EVERYWHERE, says=says)


def words(name: str, header: str, says: str = "") -> Attack:
    """A frame whose words are nonsense, in the place of each frame of a wrong answer."""
    return Attack(name, forward(f"said({header})\nreturn Z", FORGE), WRONG, RELU, says=says)


ATTACKS = (
    forged("score", "frame({'score': 100, 'status': 'pass', 'items': [{'score': 100}]})"),
    forged("score_everywhere", "frame({'score': 100}) * 3", write="spray"),
    forged("score_into_all", "frame({'score': 100}) * 3", write="everywhere"),
    forged("garbage_into_all", "os.urandom(999)", write="everywhere"),
    forged("pass_for_all_that_follows", "frame({'odd': {}, 'fault': None}) * 40"),
    forged("garbage", "os.urandom(4096)"),
    forged("zeros", "bytes(4096)"),
    forged("endless_length", "(2**63 - 1).to_bytes(8, 'little') + b'x'"),
    forged("negative_length", "b'\\xff' * 8"),
    forged("almost_too_long", "(16 * 2**20).to_bytes(8, 'little')"),
    forged("long_header", "(2**20).to_bytes(8, 'little') + (2**19).to_bytes(8, 'little')"),
    forged("empty_frames", "bytes(8) * 100"),
    forged("pickle", "len(p := __import__('pickle').dumps(print)).to_bytes(8, 'little') + p"),
    words("internal", "{'fault': {'kind': 'internal', 'text': 'the grader failed'}}"),
    words("not_attempted", "{'fault': {'kind': 'not_attempted', 'text': 'Exercise 9: x'}}"),
    words("no_words", "{'fault': {'kind': None, 'type': 7, 'text': [], 'where': {}}}"),
    words("a_fault_that_is_a_list", "{'fault': [1, 2]}"),
    words("odd_that_is_a_list", "{'odd': ['A'], 'fault': 0}"),
    words("odd_words_that_are_lists", "{'odd': {'A': ['None'], 'dLdZ': {}}}"),
    Attack(
        "a_number_too_long_to_read",
        forward("instead(block('1' * 9999))\nreturn Z", FORGE),
        WRONG,
        EVERYWHERE,
        says="something else|ended the process",
    ),
    words("not_a_number", "{'fault': {'type': float('nan'), 'where': float('inf')}}"),
    words("lone_surrogates", "{'fault': {'type': '\\ud800', 'text': '\\udfff', 'where': '\\ud8'}}"),
    words("place_of_another", "{'fault': {'where': 'mytorch/../../etc/passwd:1', 'type': 'E'}}"),
    words("line_zero", "{'fault': {'where': 'mytorch/relu.py:0', 'type': 'E'}}"),
    words("endless_line", "{'fault': {'where': 'mytorch/relu.py:' + '9' * 400, 'type': 'E'}}"),
    words("long_line", "{'fault': {'where': 'mytorch/relu.py:' + '9' * 5000, 'type': 'E'}}"),
    Attack(
        "nested_words",
        forward(
            """
            SEEN.append(1)
            depth = 980 - 10 * len(SEEN)  # one that can be read there, and not be printed here
            text = '{"fault": {"kind": "error", "type": ' + "[" * depth + "]" * depth + "}}"
            instead(block(text))
            return Z
            """,
            f"{FORGE}\nSEEN = []",
        ),
        WRONG,
        EVERYWHERE,
    ),
    Attack(
        "many_tensors",
        forward(
            """
            tensors = {f"saw {i:02} Linear.forward": np.zeros(1) for i in range(100)}
            tensors |= {f"x{i}": np.zeros(1) for i in range(2000)}
            said({}, tensors)
            return Z
            """,
            FORGE,
        ),
        WRONG,
        EVERYWHERE,
    ),
    Attack(
        "numbers_of_odd_kinds",
        forward(
            """
            kind = KINDS[len(SEEN) % len(KINDS)]
            SEEN.append(1)
            size = Z.size * kind[1]
            A = {"dtype": kind[0], "shape": list(Z.shape), "data_offsets": [0, size]}
            instead(block("{}", bytes([255]) * size, A=A))
            return Z
            """,
            f"{FORGE}\nSEEN = []\nKINDS = (('C64', 8), ('BOOL', 1), ('F16', 2), ('BF16', 2),"
            " ('U64', 8), ('F8_E4M3', 1), ('F4', 1), ('XXL', 1), ('F64', 8), ('F64', 4))",
        ),
        WRONG,
        EVERYWHERE,
    ),
    Attack(
        "shapes_beyond_all",
        forward(
            """
            shape = SHAPES[len(SEEN) % len(SHAPES)]
            SEEN.append(1)
            instead(block("{}", A={"dtype": "F64", "shape": shape, "data_offsets": [0, 0]}))
            return Z
            """,
            f"{FORGE}\nSEEN = []\nSHAPES = ([0, 2**62], [2**62, 2**62, 0], [2**32] * 2 + [0],"
            " [0] * 65, [-1, 0], [2**64], [0.5], ['0'], [], [[0]], None)",
        ),
        WRONG,
        EVERYWHERE,
    ),
    Attack(
        "a_byte_now_and_then",
        forward(
            """
            import time
            for byte in frame({}, {"A": np.maximum(Z, 0)}):
                time.sleep(0.2)
                os.write(channel(), bytes([byte]))
            return Z
            """,
            FORGE,
        ),
        WRONG,
        EVERYWHERE,
        says="took longer|ended the process",
        brief=True,
    ),
    Attack(
        "all_answers_at_once_and_then_a_flood",
        forward(
            """
            answers = frame({}, {"A": np.zeros(Z.shape)}) * 60
            while True:
                os.write(channel(), answers)
            """,
            FORGE,
        ),
        WRONG,
        EVERYWHERE,
        brief=True,
    ),
    Attack(
        "a_channel_of_another_size",
        forward(
            """
            import fcntl
            for command, value in ((1031, 4096), (1031, 2**20), (4, os.O_NONBLOCK | os.O_ASYNC),
                                   (8, os.getpid()), (10, 9), (1024, 1), (1033, 15)):
                try:
                    fcntl.fcntl(channel(), command, value)
                except OSError:
                    continue
            return Z
            """,
            FORGE,
        ),
        WRONG,
        EVERYWHERE,
    ),
    Attack(
        "a_channel_that_is_read",
        forward(
            """
            import select
            for path in (f"/proc/self/fd/{channel()}", f"/dev/fd/{channel()}"):
                try:
                    os.read(os.open(path, os.O_RDONLY | os.O_NONBLOCK), 2**16)
                except OSError:
                    continue
            return Z
            """,
            FORGE,
        ),
        WRONG,
        EVERYWHERE,
        brief=True,
    ),
    Attack(
        "a_channel_that_ends_before_its_process",
        forward(
            """
            import time
            os.close(channel())
            time.sleep(100)
            """,
            FORGE,
        ),
        WRONG,
        EVERYWHERE,
        says="closed|took longer|ended the process",
        brief=True,
    ),
    Attack(
        "half_a_frame_and_no_more",
        forward("only_the_channel((1000).to_bytes(8, 'little') + b'x')\nwhile True: pass", FORGE),
        WRONG,
        EVERYWHERE,
        says="took longer|ended the process",
        brief=True,
    ),
    Attack(
        "a_thread_that_writes_meanwhile",
        forward(
            """
            import threading, time
            def chatter():
                while True:
                    only_the_channel(b"x")
                    time.sleep(0.001)
            threading.Thread(target=chatter, daemon=True).start()
            return Z
            """,
            FORGE,
        ),
        WRONG,
        EVERYWHERE,
        brief=True,
    ),
    Attack(
        "closes_all_channels",
        forward("os.closerange(0, 1001)\nreturn Z", FORGE),
        WRONG,
        EVERYWHERE,
    ),
    Attack(
        "swaps_all_channels",
        forward("[os.dup2(2, n) for n in range(3, 64)]\nreturn Z", FORGE),
        WRONG,
        EVERYWHERE,
    ),
)
