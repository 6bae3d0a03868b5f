"""How well a language model verifies, measured on notes of our own before its word counts.

Asked for yes or no, most models lean to one of them, each by another amount: as it comes, a probability of 0.3 may be a
firm yes. The log odds of "yes" over the references, half of which deserve it, tell where the middle lies and how far
apart the two are; and a model that cannot tell them apart is found out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from kb.answering.gates.odds import log_odds, probability
from kb.models.state_file import read_state, write_state

_NARROWEST = 0.01  # variance of log odds; a model that says but yes or no has none
_SUREST = log_odds(0.98)  # two dozen questions cannot show that a model is right more often
NEEDED = 0.65  # area under the curve; 0.5 is chance, which stays below this in nine of ten measurements with twelve pairs


@dataclass(frozen=True, slots=True)
class Calibration:
    """What one model's log odds of "yes" are worth."""

    auroc: float  # under the curve: how often a yes that is deserved gets higher odds than one that is not
    middle: float  # log odds at which both are as likely
    slope: float  # by which a unit of the model's log odds changes those that the answer is yes

    @property
    def suffices(self) -> bool:
        """Whether the model's word may count."""
        return self.auroc >= NEEDED

    @property
    def message(self) -> str:
        """The area, in words."""
        return (
            f"on sample notes it tells yes from no in {100 * self.auroc:.0f} % of cases, where guessing gets 50 % and "
            f"{100 * NEEDED:.0f} % are needed"
        )

    def probability(self, given: float) -> float:
        """That yes is the right answer, both having been as likely, where the model's own probability is `told`."""
        odds = self.slope * (log_odds(given) - self.middle)
        return probability(min(max(odds, -_SUREST), _SUREST))


def measured(deserved: Sequence[float], undeserved: Sequence[float]) -> Calibration:
    """The calibration of a model that gave these probabilities of "yes"; both sequences are as long, two at least.

    Linear discriminant analysis of one variable: two normal distributions of the same spread.
    """
    yes, no = (np.array([log_odds(given) for given in some]) for some in (deserved, undeserved))
    higher = (yes[:, None] > no).mean() + (yes[:, None] == no).mean() / 2
    spread = max((yes.var(ddof=1) + no.var(ddof=1)) / 2, _NARROWEST)
    return Calibration(
        auroc=float(higher),
        middle=float((yes.mean() + no.mean()) / 2),
        slope=float((yes.mean() - no.mean()) / spread),
    )


def remembered(file: Path) -> Calibration | None:
    """What was measured earlier, if it can be read."""
    try:
        return Calibration(**read_state(file))
    except TypeError:
        return None


def remember(calibration: Calibration, file: Path) -> None:
    """Keep a measurement."""
    write_state(file, asdict(calibration))
