"""What libtiff says of a file, kept from the terminal, where nobody knows of which file it is.

Pillow leaves its errors to libtiff's own handler, which prints them. A handler of ours takes those
of the thread that listens; what other code in the process decodes is printed as before.
"""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

LONGEST = 300  # bytes of a message
_heard = threading.local()


@contextmanager
def listening() -> Iterator[list[str]]:
    """The errors of libtiff in this thread, as they come; none where it cannot be reached."""
    _install()
    before = getattr(_heard, "said", None)
    said: list[str] = []
    _heard.said = said
    try:
        yield said
    finally:
        _heard.said = before


@cache
def _install() -> Any:
    """Put a handler of ours into the libtiff that Pillow uses; what is returned is kept alive."""
    from PIL import _imaging

    try:
        library = ctypes.CDLL(_imaging.__file__)  # what it is linked with is found through it
        put, write = library.TIFFSetErrorHandler, ctypes.CDLL(None).vsnprintf
    except (AttributeError, OSError, TypeError):  # linked in whole, as on Windows: it prints
        return None
    kind = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p)
    put.restype = ctypes.c_void_p
    before: list[Any] = []

    def hear(module: bytes | None, form: bytes, values: int | None) -> None:
        said = getattr(_heard, "said", None)
        if said is None:
            if before:
                before[0](module, form, values)
            return
        room = ctypes.create_string_buffer(LONGEST)
        write(room, ctypes.c_size_t(LONGEST), form, ctypes.c_void_p(values))
        said.append(f"{(module or b'').decode(errors='replace')}: "
                    f"{room.value.decode(errors='replace')}")  # fmt: skip

    ours = kind(hear)
    if printed := put(ours):
        before.append(kind(printed))
    return ours
