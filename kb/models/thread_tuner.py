"""How many threads write the next token: all of them, unless other programs need the cores too.

Threads meet about two thousand times a token. When one of them has to wait for a core, all wait: with two other
busy processes on two cores, two threads wrote 2 to 27 tokens a second, one thread 62. Alone, two write 129 and one
writes 81. No system tells beforehand, so both are tried now and then. The answer is the same for any number.
"""

from __future__ import annotations

_TRIED_EVERY = 96  # tokens
_SAMPLES = 2  # tokens each time
_CLEARLY = 0.85  # of the other's time, to be preferred to it
_SLOW = 2.5  # times what was measured; two such tokens in a row, and both are tried again


class ThreadTuner:
    """Read `threads` before a token and call `took` after it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._fewer = max(1, most // 2)
        self._seconds = {self._most: 0.0, self._fewer: 0.0}  # of the samples together
        self._token = 0
        self._slow = 0
        self._preferred = most

    @property
    def threads(self) -> int:
        """All at first, then fewer for a moment, then the faster of the two."""
        turn = self._token // _SAMPLES
        return self._most if turn == 0 else self._fewer if turn == 1 else self._preferred

    def took(self, seconds: float) -> None:
        """Learn from the token just written."""
        turn, sample = divmod(self._token, _SAMPLES)
        if turn < 2:
            threads = self.threads
            self._seconds[threads] = seconds + (self._seconds[threads] if sample else 0.0)
        self._token += 1
        if self._token == 2 * _SAMPLES:
            fewer_is_faster = self._seconds[self._fewer] < _CLEARLY * self._seconds[self._most]
            self._preferred = self._fewer if fewer_is_faster else self._most
        elif turn >= 2:
            expected = self._seconds[self._preferred] / _SAMPLES
            self._slow = self._slow + 1 if seconds > _SLOW * expected else 0
        if self._token >= _TRIED_EVERY or self._slow >= 2:
            self._token = self._slow = 0
