"""Reference sheets that a policy may lay on the desk: the periodic table and formulas by subject.

Atomic weights are the abridged values of the IUPAC Commission on Isotopic Abundances and Atomic Weights
(Prohaska et al., 2022, Table 3), four figures; a mass number in brackets stands where no isotope is stable.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from testing_center.domain.messages import N_

_WEIGHTS = """
H:1.008 He:4.003 Li:6.94 Be:9.012 B:10.81 C:12.01 N:14.01 O:16.00 F:19.00 Ne:20.18 Na:22.99 Mg:24.31
Al:26.98 Si:28.09 P:30.97 S:32.06 Cl:35.45 Ar:39.95 K:39.10 Ca:40.08 Sc:44.96 Ti:47.87 V:50.94 Cr:52.00
Mn:54.94 Fe:55.85 Co:58.93 Ni:58.69 Cu:63.55 Zn:65.38 Ga:69.72 Ge:72.63 As:74.92 Se:78.97 Br:79.90
Kr:83.80 Rb:85.47 Sr:87.62 Y:88.91 Zr:91.22 Nb:92.91 Mo:95.95 Tc:[97] Ru:101.1 Rh:102.9 Pd:106.4 Ag:107.9
Cd:112.4 In:114.8 Sn:118.7 Sb:121.8 Te:127.6 I:126.9 Xe:131.3 Cs:132.9 Ba:137.3 La:138.9 Ce:140.1 Pr:140.9
Nd:144.2 Pm:[145] Sm:150.4 Eu:152.0 Gd:157.3 Tb:158.9 Dy:162.5 Ho:164.9 Er:167.3 Tm:168.9 Yb:173.0
Lu:175.0 Hf:178.5 Ta:180.9 W:183.8 Re:186.2 Os:190.2 Ir:192.2 Pt:195.1 Au:197.0 Hg:200.6 Tl:204.4 Pb:207.2
Bi:209.0 Po:[209] At:[210] Rn:[222] Fr:[223] Ra:[226] Ac:[227] Th:232.0 Pa:231.0 U:238.0 Np:[237] Pu:[244]
Am:[243] Cm:[247] Bk:[247] Cf:[251] Es:[252] Fm:[257] Md:[258] No:[259] Lr:[262] Rf:[267] Db:[268]
Sg:[269] Bh:[270] Hs:[269] Mt:[278] Ds:[281] Rg:[282] Cn:[285] Nh:[286] Fl:[289] Mc:[290] Lv:[293]
Ts:[294] Og:[294]
"""
ELEMENTS = tuple(tuple(entry.split(":")) for entry in _WEIGHTS.split())
"""Symbol and atomic weight of each element, by atomic number from 1."""

_NOBLE_GASES = (2, 10, 18, 36, 54, 86, 118)
GROUPS = 18


@dataclass(frozen=True)
class Element:
    """One cell of the table; ``number`` is the atomic number."""

    number: int
    symbol: str
    weight: str


def periodic_table() -> tuple[tuple[Element | None, ...], ...]:
    """Return nine rows of 18 cells: seven periods, then the lanthanides and the actinides."""
    rows: list[list[Element | None]] = [[None] * GROUPS for _ in range(9)]
    for number, (symbol, weight) in enumerate(ELEMENTS, start=1):
        row, group = _place(number)
        rows[row - 1][group - 1] = Element(number, symbol, weight)
    return tuple(tuple(row) for row in rows)


def _place(number: int) -> tuple[int, int]:
    """Return row (1 to 9) and group (1 to 18); rows 8 and 9 hold the inner series from their third column."""
    if 57 <= number <= 70:
        return 8, number - 57 + 3
    if 89 <= number <= 102:
        return 9, number - 89 + 3
    period = next(place for place, gas in enumerate(_NOBLE_GASES, start=1) if number <= gas)
    before_end = _NOBLE_GASES[period - 1] - number
    since_begin = number - (_NOBLE_GASES[period - 2] if period > 1 else 0)
    # Groups 1 and 2 are counted from the left, all others from the noble gas at the right.
    return period, since_begin if (since_begin <= 2 and number > 2) or number == 1 else GROUPS - before_end


FORMULAS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "math": (
        (
            N_("Algebra"),
            (
                r"(a \pm b)^2 = a^2 \pm 2ab + b^2",
                r"a^2 - b^2 = (a - b)(a + b)",
                r"a^3 \pm b^3 = (a \pm b)(a^2 \mp ab + b^2)",
                r"x_{1,2} = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
                r"x_1 + x_2 = -\frac{b}{a}, \quad x_1 x_2 = \frac{c}{a}",
                r"a_n = a_1 + d(n - 1), \quad S_n = \frac{a_1 + a_n}{2} n",
                r"b_n = b_1 q^{n-1}, \quad S_n = \frac{b_1 (q^n - 1)}{q - 1}",
                r"\log_a (xy) = \log_a x + \log_a y, \quad \log_a x^k = k \log_a x",
            ),
        ),
        (
            N_("Trigonometry"),
            (
                r"\sin^2 \alpha + \cos^2 \alpha = 1",
                r"\sin(\alpha \pm \beta) = \sin \alpha \cos \beta \pm \cos \alpha \sin \beta",
                r"\cos(\alpha \pm \beta) = \cos \alpha \cos \beta \mp \sin \alpha \sin \beta",
                r"\sin 2\alpha = 2 \sin \alpha \cos \alpha",
                r"\cos 2\alpha = \cos^2 \alpha - \sin^2 \alpha",
            ),
        ),
        (
            N_("Geometry"),
            (
                r"\frac{a}{\sin \alpha} = \frac{b}{\sin \beta} = \frac{c}{\sin \gamma} = 2R",
                r"c^2 = a^2 + b^2 - 2ab \cos \gamma",
                r"S = \frac{1}{2} ab \sin \gamma = \sqrt{p(p - a)(p - b)(p - c)}",
                r"S = \pi r^2, \quad C = 2 \pi r",
                r"V = \frac{1}{3} S h, \quad V = \frac{4}{3} \pi r^3",
            ),
        ),
        (
            N_("Calculus"),
            (
                r"(uv)' = u'v + uv', \quad \left(\frac{u}{v}\right)' = \frac{u'v - uv'}{v^2}",
                r"(x^n)' = n x^{n-1}, \quad (\sin x)' = \cos x, \quad (e^x)' = e^x",
                r"\int_a^b f(x)\,dx = F(b) - F(a)",
            ),
        ),
    ),
    "informatics": (
        (
            N_("Information"),
            (
                r"N = 2^i, \quad I = K \cdot i",
                r"I = \log_2 N, \quad I = \log_2 \frac{1}{p}",
                r"V = w \cdot h \cdot i, \quad V = f \cdot i \cdot t \cdot k",
            ),
        ),
        (
            N_("Logic"),
            (
                r"\overline{A \land B} = \overline{A} \lor \overline{B}",
                r"\overline{A \lor B} = \overline{A} \land \overline{B}",
                r"A \to B = \overline{A} \lor B",
                r"A \lor (B \land C) = (A \lor B) \land (A \lor C)",
            ),
        ),
    ),
}
"""Formulas in LaTeX by subject and part of it."""
