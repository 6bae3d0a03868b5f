"""Words that say the contrary of each other, and words that say the same."""

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

# Words that may stand for one another, so that either is borne out by the other.
SYNONYMS = tuple(
    frozenset(group.split())
    for group in (
        "about roughly approximately around nearly circa",
        "because since as",
        "often frequently",
        "need needs require requires",
        "show shows demonstrate demonstrates",
        "use uses used utilise utilises utilize utilizes",
        "big large",
        "begin begins began start starts started",
        "end ends ended finish finishes finished",
        "buy buys bought purchase purchases purchased",
        "get gets got receive receives received",
        "help helps assist assists",
        "choose chooses chose select selects selected",
        "several many various numerous",
        "whole entire",
        "before prior",
        "ungefähr etwa circa rund",
        "weil da denn",
    )
)
