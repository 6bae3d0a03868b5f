"""Texts about unlike things in many languages: the mean of their vectors is what all vectors of a model have in common.

The cosines of e5 lie between .75 and 1. Without that common part they have the range of MiniLM's, to which what compares
texts is fitted: .95 for the same in other words, .4 for what has to do with each other, .1 for what has not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

UNLIKE_TEXTS = (
    "The meeting was moved to Thursday.",
    "She planted tomatoes behind the house.",
    "A function returns the sum of two numbers.",
    "Interest rates rose again in autumn.",
    "Der Zug nach Hamburg hatte Verspätung.",
    "Man rührt den Teig, bis er glatt ist.",
    "Die Niere filtert das Blut.",
    "Wie hoch ist die Miete?",
    "Le musée ferme à six heures.",
    "Elle apprend le piano depuis deux ans.",
    "La loi a été votée hier.",
    "Qu'est-ce qu'un atome ?",
    "El perro duerme en el jardín.",
    "La batería dura ocho horas.",
    "¿Quién pintó este cuadro?",
    "Compré pan y queso.",
    "这本书讲的是海洋。",
    "会议改到下周一。",
    "他每天早上跑步。",
    "明日は雨が降るでしょう。",
    "駅までは歩いて十分です。",
    "Поезд отправляется в семь часов.",
    "Она пишет письмо другу.",
    "ذهبنا إلى السوق صباحا.",
    "يدرس الطالب الرياضيات.",
    "오늘은 날씨가 좋습니다.",
    "बच्चे बगीचे में खेल रहे हैं।",
    "Statek wypłynął z portu.",
)


def without(common: NDArray[np.float32], vectors: Vectors) -> Vectors:
    """Unit vectors without what they have in `common`."""
    rest = vectors - common
    result: Vectors = rest / np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-12)
    return result
