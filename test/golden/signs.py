"""The random numbers of src/numerics/random.ts, for what draws signs or normal numbers: sfc32, its state a hash of the seed and labels."""

import math

MASK = 0xFFFFFFFF


def mix(h):
    h = (h ^ (h >> 16)) * 0x85EBCA6B & MASK
    h = (h ^ (h >> 13)) * 0xC2B2AE35 & MASK
    return h ^ (h >> 16)


def hashed(basis, seed, labels):
    h = mix(basis ^ (seed & MASK))
    h = mix(h ^ (seed // 2**32))
    for label in labels:
        for number in [label] if isinstance(label, int) else [ord(letter) for letter in label]:
            h = mix(h ^ (number & MASK))
        h = mix(h + 0x9E3779B9 & MASK)
    return h


class Random:
    def __init__(self, seed, *labels):
        self.a, self.b, self.c = (hashed(basis, seed, labels) for basis in (0x9E3779B9, 0x243F6A88, 0xB7E15162))
        self.counter = 1
        for _ in range(12):
            self.bits()

    def bits(self):
        total = self.a + self.b + self.counter & MASK
        self.counter = self.counter + 1 & MASK
        self.a = self.b ^ (self.b >> 9)
        self.b = self.c + (self.c << 3) & MASK
        self.c = ((self.c << 21 | self.c >> 11) & MASK) + total & MASK
        return total

    def signs(self, count):
        return [1.0 if self.bits() & 1 else -1.0 for _ in range(count)]

    def normals(self, count):
        """Of two uniform numbers each."""
        pairs = [(self.bits() / 2**32, self.bits() / 2**32) for _ in range(count)]
        return [math.sqrt(-2 * math.log(1 - a)) * math.cos(2 * math.pi * b) for a, b in pairs]
