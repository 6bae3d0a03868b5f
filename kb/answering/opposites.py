"""Words that say the contrary of each other."""

from __future__ import annotations

# A sentence that has one of a pair while its quote has only the other says the contrary.
OPPOSITES = tuple(
    (frozenset(one.split()), frozenset(other.split()))
    for one, other in (
        (
            "more increase higher larger bigger greater rise grow",
            "less fewer decrease lower smaller reduce shrink fall",
        ),
        ("before earlier", "after later"),
        ("first", "last"),
        ("always", "never"),
        ("best", "worst"),
        ("better", "worse"),
        ("faster quicker", "slower"),
        ("older oldest", "younger youngest newer newest"),
        ("longer longest", "shorter shortest"),
        ("largest biggest greatest", "smallest least"),
        ("highest", "lowest"),
        ("above", "below"),
        ("north northern", "south southern"),
        ("east eastern", "west western"),
        ("inside within", "outside"),
        ("minimum least", "maximum most"),
        ("true", "false"),
        ("all every", "none no"),
        ("easy easier", "hard harder difficult"),
        ("cheap cheaper", "expensive costly"),
        ("strong stronger", "weak weaker"),
        ("mehr größer höher", "weniger kleiner niedriger"),
        ("vor früher", "nach später"),
    )
)
