"""Which words can be Vietnamese: an onset and a rime of the language, without marks.

Names are repaired only where a word cannot be one, so the vocabulary errs on the side of more words.
"""

from __future__ import annotations

from functools import cache

_ONSETS = ["", *"b c ch d g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split()]
_RIMES = (
    "a ac ach ai am an ang anh ao ap at au ay e ec em en eng eo ep et eu i ia ich iec iem ien ieng iep iet ieu im in"
    " inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oen oeo oet oi om on ong op ot u ua uan"
    " uang uat uay uc ue uech uen uenh ui um un ung uo uoc uoi uom uon uong uop uot uou up ut uu uy uya uych uyen uyet"
    " uynh uyt uyu y ych ynh yem yen yet yeu"
).split()


@cache
def _syllables() -> frozenset[str]:
    return frozenset(onset + rime for onset in _ONSETS for rime in _RIMES)


def is_syllable(bare: str) -> bool:
    """Whether `bare`, a word in lower case without marks, can be a Vietnamese syllable."""
    return bare in _syllables()
