"""How many threads write the next token: all of them, unless other programs need the cores too.

Threads meet about two thousand times a token. When one of them has to wait for a core, all wait: with two other
busy processes on two cores, two threads wrote 2 to 27 tokens a second, one thread 62. Alone, two write 129 and one
writes 81. No system tells beforehand, so both are tried now and then. The answer is the same for any number.
"""

from __future__ import annotations

_TRIED_EVERY = 96  # tokens
_SAMPLES = 2  # tokens each time
_CLEARLY = 0.85  # of the other's time, to be preferred to it


class Pace:
    """Call `threads` before a token and `took` after it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._fewer = max(1, most // 2)
        self._seconds = {self._most: 0.0, self._fewer: 0.0}
        self._token = 0
        self.preferred = most

    @property
    def threads(self) -> int:
        """All at first, then fewer for a moment, then the faster of the two."""
        turn = self._token % _TRIED_EVERY // _SAMPLES
        return self._most if turn == 0 else self._fewer if turn == 1 else self.preferred

    def took(self, seconds: float) -> None:
        at = self._token % _TRIED_EVERY
        if at < 2 * _SAMPLES:
            threads = self.threads
            self._seconds[threads] = seconds + (self._seconds[threads] if at % _SAMPLES else 0.0)
        self._token += 1
        if at == 2 * _SAMPLES - 1:
            fewer_is_faster = self._seconds[self._fewer] < _CLEARLY * self._seconds[self._most]
            self.preferred = self._fewer if fewer_is_faster else self._most
