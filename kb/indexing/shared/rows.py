"""What lies on the shelf: rows that hold a vector with the team's signature, or a claim to make one.

Signed rather than computed again by sample: a sample misses the one vector that somebody changed on purpose, and costs the
embedding that sharing saves; a signature tells of every row, at once. What the server or a stranger with its token puts
there is not believed, nor can they tell from an address which text it stands for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b, sha256
from hmac import compare_digest
from typing import Any

import numpy as np
from numpy.typing import NDArray

CLAIM_SECONDS = 60.0  # a batch is made to take a fraction of it, see exchange.py
_LENGTH = 0.01  # how far from 1 a vector's length may be; float16 is off by some ten thousandths
_CLAIMED, _KEPT = "claimed", "kept"

Vector16 = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody is embedding this passage."""

    holder: str
    until: float  # seconds of the server's clock
    number: int  # how many claims before it were given up


@dataclass(frozen=True, slots=True)
class Strange:
    """A row that is neither the team's vector nor a claim."""


Row = Vector16 | Claim | Strange


class Rows:
    """Makes and reads rows of one embedding model with a team's key."""

    def __init__(self, team_key: str, fingerprint: str, dimension: int) -> None:
        self._key = sha256(team_key.encode()).digest()
        self.fingerprint = fingerprint
        self.dimension = dimension

    @property
    def placeholder(self) -> NDArray[np.float32]:
        """What stands for the vector in a claim; Chroma takes no row without one."""
        vector = np.zeros(self.dimension, dtype=np.float32)
        vector[0] = 1.0
        return vector

    def address(self, passage: str) -> str:
        """Where the vector of the passage with this key lies: 32 hex digits."""
        return self._keyed(b"address", passage.encode(), size=16)

    def kept(self, address: str, vector: Vector16) -> dict[str, Any]:
        """The metadata of a vector."""
        return {"state": _KEPT, "sign": self._signature(address, vector)}

    @staticmethod
    def claimed(holder: str, until: float) -> dict[str, Any]:
        """The metadata of a claim."""
        return {"state": _CLAIMED, "holder": holder, "until": until}

    def claim_in(self, metadata: Mapping[str, Any] | None, number: int, now: float) -> Claim | Strange:
        """The claim that `metadata` tells of. One that goes on for longer than claims do is none."""
        held = metadata or {}
        holder, until = held.get("holder"), held.get("until")
        if held.get("state") != _CLAIMED or not isinstance(holder, str) or not isinstance(until, int | float):
            return Strange()
        return Claim(holder, until, number) if until <= now + 2 * CLAIM_SECONDS else Strange()

    def is_kept(self, metadata: Mapping[str, Any] | None) -> bool:
        """Whether a vector is said to be there; only `vector_in` believes it."""
        return bool(metadata) and (metadata or {}).get("state") == _KEPT

    def vector_in(self, address: str, metadata: Mapping[str, Any], embedding: object) -> Vector16 | Strange:
        """The vector in a row, if the team made it for this address and this model."""
        try:
            values = np.asarray(embedding, dtype=np.float32)
        except (TypeError, ValueError):
            return Strange()
        if values.shape != (self.dimension,) or not bool(np.isfinite(values).all()):
            return Strange()
        if abs(float(np.linalg.norm(values)) - 1) > _LENGTH:
            return Strange()
        vector = values.astype(np.float16)
        sign = metadata.get("sign")
        if not isinstance(sign, str) or not sign.isascii():
            return Strange()
        return vector if compare_digest(sign, self._signature(address, vector)) else Strange()

    def _signature(self, address: str, vector: Vector16) -> str:
        return self._keyed(b"vector", address.encode(), vector.astype("<f2").tobytes(), size=24)

    def _keyed(self, purpose: bytes, *parts: bytes, size: int) -> str:
        digest = blake2b(key=self._key, digest_size=size, person=purpose)
        for part in (self.fingerprint.encode(), *parts):
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()
