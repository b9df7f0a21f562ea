"""Files that were damaged on the way: bytes changed, lost, put in, or cut off."""

import random


def damaged(content: bytes, seed: int) -> bytes:
    """The content with one to six things wrong, the same for the same seed."""
    draw = random.Random(seed)  # damage, no secret
    torn = bytearray(content)
    for _ in range(draw.randint(1, 6)):
        torn = torn or bytearray(b"x")
        place, kind = draw.randrange(len(torn)), draw.random()
        if kind < 0.5:
            torn[place] = draw.randrange(256)
        elif kind < 0.7:
            del torn[place : place + draw.randint(1, 30)]
        elif kind < 0.85:
            torn[place:place] = draw.randbytes(draw.randint(1, 10))
        else:
            torn = torn[:place]
    return bytes(torn)
