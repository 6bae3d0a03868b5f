"""Short notes with what they answer and what they nearly answer, by which a verifier is measured before it is trusted.

A near miss speaks of the same thing: it asks for a detail that is left out, or of someone or something else in the
note, or takes for granted what the note denies. So do the false statements.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reference:
    """A note, a question it answers and one it does not, a statement it makes and one it does not."""

    place: str
    text: str
    answered: str
    missed: str
    true: str
    false: str


CALIBRATION_EXAMPLES = (
    Reference(
        "Houseplants > Monstera",
        "Repotted the monstera on 3 May into a clay pot of 24 cm, in two parts bark to one part coir. Its old pot went to "
        "Mira's basil, which had outgrown the jar.",
        "What mixture is the monstera planted in?",
        "What size was the jar that the basil had outgrown?",
        "The monstera grows in bark and coir, two parts to one.",
        "Mira's basil was moved into a clay pot of 24 cm.",
    ),
    Reference(
        "Running log",
        "The half marathon took 1:52, four minutes less than in spring. The left knee hurt from kilometre 15 on, so next "
        "week I only swim.",
        "From which kilometre on did the knee hurt?",
        "How long did the marathon in spring take?",
        "The half marathon was four minutes faster than the one in spring.",
        "The right knee hurt from kilometre 15 on.",
    ),
    Reference(
        "Databases > Write-ahead log",
        "A change is first appended to the log and flushed; pages are written back later, at a checkpoint. After a crash "
        "the log is replayed from the last checkpoint, and transactions that never committed are dropped.",
        "From where is the log replayed after a crash?",
        "How often does a checkpoint happen?",
        "Pages reach their place on disk only at a checkpoint.",
        "Transactions that never committed are replayed after a crash.",
    ),
    Reference(
        "Meeting with the architect",
        "Ines wants the staircase on the north side, since the old one would cost us the pantry. The engineer has still to "
        "confirm that the wall there carries it. She sends drawings by Friday.",
        "Why should the staircase be on the north side?",
        "When will the engineer confirm that the wall carries it?",
        "Drawings come from Ines by Friday.",
        "The engineer has confirmed that the north wall carries the staircase.",
    ),
    Reference(
        "Sourdough",
        "With 75 % water the dough stays slack but the crumb opens. At 26 degrees the first rise takes five hours; in the "
        "fridge it may rest overnight, which makes it sourer.",
        "How long is the first rise at 26 degrees?",
        "At what temperature should the loaf be baked?",
        "A night in the fridge makes the bread sourer.",
        "With less water the crumb opens.",
    ),
    Reference(
        "Galileo",
        "In January 1610 Galileo saw four moons beside Jupiter and named them after the Medici. Simon Marius, who claimed to "
        "have seen them earlier, gave them the names that are used today.",
        "Who gave Jupiter's moons the names they have today?",
        "In which year did Simon Marius publish his names?",
        "Galileo called the four moons after the Medici.",
        "The names Galileo chose for the moons are the ones used today.",
    ),
    Reference(
        "Language learning > Spacing",
        "Forty minutes a day in two sittings kept more words than one long evening a week. New cards are limited to 15 a "
        "day; more, and the reviews pile up within a fortnight.",
        "How many new cards a day are the limit?",
        "How many words were kept with one long evening a week?",
        "Two sittings a day kept more words than one long evening a week.",
        "With 15 new cards a day the reviews pile up within a fortnight.",
    ),
    Reference(
        "Router",
        "The new router speaks only WPA3, so the printer, which knows nothing newer than WPA2, hangs on the guest network. "
        "The password of the guest network changes on the first of each month.",
        "Why is the printer on the guest network?",
        "What is the password of the guest network?",
        "The guest network gets a new password every month.",
        "The new router speaks WPA2 and WPA3.",
    ),
    Reference(
        "Reading notes > The Dispossessed",
        "Shevek leaves Anarres because his theory finds no readers there. On Urras he is celebrated, until he sees what his "
        "hosts mean to do with it. The chapters alternate between the two worlds.",
        "Between what do the chapters alternate?",
        "Why does Shevek leave Urras?",
        "Shevek's theory is not read on Anarres.",
        "Shevek is celebrated on Anarres.",
    ),
    Reference(
        "Bees",
        "Colony two swarmed on 19 May although it had a young queen; colony one stayed. Both were treated with oxalic acid "
        "in December, colony two twice, since 60 mites fell after the first time.",
        "How many mites fell after the first treatment of colony two?",
        "On which day did colony one swarm?",
        "Colony two was treated twice in December.",
        "Both colonies swarmed in May.",
    ),
    Reference(
        "Insurance",
        "The contents of the cellar are covered against water only up to 2,000 euros, bicycles anywhere up to 800. Damage has "
        "to be told within a week, with pictures.",
        "Within what time must damage be told?",
        "Up to what sum are bicycles covered against theft?",
        "For water in the cellar at most 2,000 euros are paid.",
        "Bicycles are covered only in the cellar.",
    ),
    Reference(
        "Photography > Film",
        "Pushed the HP5 to 1600 for the concert: grainy, yet the singer's face holds. The drummer is lost in black. The next "
        "roll goes to the lab in Ghent, as ours no longer develops black and white.",
        "Why does the next roll go to Ghent?",
        "Which film was used for the drummer's portrait in Ghent?",
        "The lab used so far no longer develops black and white.",
        "The drummer's face holds at 1600.",
    ),
    Reference(
        "History > Tea clippers",
        "The Cutty Sark was launched at Dumbarton in 1869, a week after the Suez Canal had opened. Steamers could take the "
        "short way and she could not, so from 1883 she carried wool from Australia, faster than any other ship of her time.",
        "What did the Cutty Sark carry from 1883?",
        "In which year did the Cutty Sark first pass through the Suez Canal?",
        "The Suez Canal had opened a week before the Cutty Sark was launched.",
        "From 1883 the Cutty Sark carried tea from Australia.",
    ),
    Reference(
        "Biology > Photosynthesis",
        "The light reactions happen in the thylakoids and split water, which sets oxygen free. The Calvin cycle, in the "
        "stroma, needs no light itself: it spends the ATP and NADPH that the light reactions made to bind carbon dioxide.",
        "Where does the Calvin cycle happen?",
        "Which enzyme splits water in the stroma?",
        "Oxygen comes from the water that the light reactions split.",
        "The Calvin cycle sets oxygen free.",
    ),
    Reference(
        "Choir",
        "Rehearsals move to Thursday from March, as the hall is let on Wednesdays. The summer concert is the Fauré; whether the "
        "Rutter follows in autumn depends on the altos, of whom there are four.",
        "On which day are rehearsals from March?",
        "Who lets the hall to the choir on Thursdays?",
        "The choir has four altos.",
        "The Rutter will be sung in the summer concert.",
    ),
    Reference(
        "Cities > Utrecht",
        "The wharf cellars along the Oudegracht were dug from the twelfth century on, to bring goods from the boats straight "
        "into the houses. The Dom tower, 112 metres high, has stood apart from its church since a storm in 1674.",
        "What parted the Dom tower from its church?",
        "How high was the church that the storm destroyed in 1674?",
        "Goods came from the boats into the houses through the wharf cellars.",
        "The Dom tower was built after the storm of 1674.",
    ),
)
