"""Freed memory kept for the next photo: asking the system for it anew costs a sixth to a half."""

import ctypes

TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD = -1, -2, -3  # the names in glibc's malloc.h
ALL, AT_ONCE, LARGEST = -1, 1 << 26, 1 << 30  # bytes; ALL is the manual's word for never trimming


def keep_freed_memory() -> bool:
    """Tell glibc's malloc to keep what is freed until the process ends; returns whether it listens.

    By default every array over 128 KiB is mapped and unmapped again, and each of its pages is
    cleared by the system when it is first touched. A step of training frees gigabytes that the
    next one takes again. Arrays over 1 GiB still go back at once.
    Elsewhere than on Linux with glibc nothing is done.
    """
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):  # another C library, or another system
        return False
    wanted = ((MMAP_THRESHOLD, LARGEST), (TRIM_THRESHOLD, ALL), (TOP_PAD, AT_ONCE))
    return all(set_option(option, value) for option, value in wanted)
