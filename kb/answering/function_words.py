"""Words that build a sentence and say nothing of what it is about."""

from __future__ import annotations

# Closed classes of words that say how a sentence is built, not what it is about (English, German, Spanish, French).
FUNCTION_WORDS = frozenset(
    """
a an the this that these those it its he she they them his her their i me my mine we us our you your who whom whose
which what when where why how much many there here is are was were be been being am do does did done have has had
having can could may might must shall should will would of in on at to for from by with about into onto over under
between during before after than then as if or and but so nor because while until also just only very too some any
each all both more most other such own same again further once up down out off through not no
mean means meant called according kind type
der die das ein eine einer eines einem einen den dem des und oder aber denn wenn weil dass ob als wie wer wen wem
wessen was wann wo warum wieso welche welcher welches welchen welchem ist sind war waren sein wird werden wurde
wurden hat haben hatte kann können muss soll sollte darf man sich es er sie wir ihr ich du mein dein im am vom zum zur
bei mit nach von zu auf aus an in für über unter durch gegen ohne um nicht kein keine viel viele auch nur noch schon
el la los las un una unos unas y o pero que quien quién quiénes cual cuál cuáles cuando cuándo donde dónde como cómo
cuanto cuánto cuántos cuántas por para con sin sobre entre de del al en es son era eran fue fueron ser estar está
están ha han había se su sus lo le les no sí más muy ya
le les une des du et ou mais où qui quoi quel quelle quels quelles quand comment pourquoi combien est sont était
étaient être avoir a ont avait dans sur avec pour par sans ce cette ces son sa ses leur leurs il elle ils elles ne pas
""".split()
)
