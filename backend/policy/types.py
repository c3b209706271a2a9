"""The frozen types that pack data becomes. After the loader nobody sees YAML.

Every type mirrors a section of docs/pack-format.md and keeps its words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backend.policy.conditions import Condition

Number = int | Decimal | Fraction
Cites = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time: `number` of `unit` (year, month, whole_month, day or workday)."""

    number: int
    unit: str


@dataclass(frozen=True, slots=True)
class Topic:
    """What a clause answers: an item (None for the city as a whole) and an aspect."""

    item: str | None
    aspect: str


@dataclass(frozen=True, slots=True)
class Document:
    """An official document; `source` names the file in which the importer finds its wording."""

    id: str
    title: str
    number: str | None
    issuer: str | None
    issued: date | None
    effective: date | None
    kind: str
    parent: str | None = None
    supersedes: tuple[str, ...] = ()
    source: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """One article (or numbered part of one) restated in our own words. `id` is document/article[.item]."""

    id: str
    document: str
    article: str
    title: str
    text: str
    topics: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing an agency is responsible for; `asked` are ways in which people ask for it."""

    text: str
    cites: Cites
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agency:
    """A responsible agency (责任单位) with its duties."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    duties: tuple[Duty, ...] = ()


@dataclass(frozen=True, slots=True)
class Location:
    """A point for maps, in degrees of GCJ-02, the datum of WeChat and of the public map services in China."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Window:
    """A place where one can apply or ask. None means that the texts do not say.

    `location` is the operator's: the official texts hold addresses, not coordinates. `booking` tells whether times can
    be booked there: not at places the office does not run, such as a ticket office.
    """

    id: str
    name: str
    items: tuple[str, ...]
    agency: str | None = None
    district: str | None = None
    address: str | None = None
    location: Location | None = None
    hours: str | None = None
    phones: tuple[str, ...] = ()
    counters: int | None = None
    booking: bool = True
    note: str | None = None
    cites: Cites = ()


@dataclass(frozen=True, slots=True)
class District:
    """A district or county of the city; `kind` decides which treasury shares apply."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    kind: str = "district"


@dataclass(frozen=True, slots=True)
class Hotline:
    """A telephone number and what it is for."""

    id: str
    name: str
    phone: str
    purpose: str
    cites: Cites = ()


@dataclass(frozen=True, slots=True)
class Silence:
    """Something people ask that the texts do not settle, with the nearest clauses."""

    topic: str
    text: str
    nearest: Cites = ()
    keywords: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class City:
    """What is known of a city apart from its rules."""

    id: str
    name: str
    full_name: str
    aliases: tuple[str, ...]
    local_words: tuple[str, ...]
    card_name: str | None
    districts: tuple[District, ...]
    agencies: Mapping[str, Agency]
    windows: Mapping[str, Window]
    hotlines: tuple[Hotline, ...]
    life_situations: tuple[tuple[str, str, tuple[str, ...]], ...]
    not_said: tuple[Silence, ...]


@dataclass(frozen=True, slots=True)
class Requirement:
    """A top-level condition or exclusion of an item, with the words for people."""

    id: str
    says: str
    test: Condition
    cites: Cites
    unmet: str | None = None
    why: str | None = None
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """Clauses in conflict, or a gap: told as such; `when` it is known to hold, the verdict is refer."""

    id: str
    text: str
    between: Cites
    readings: tuple[str, ...] = ()
    when: Condition | None = None
    ask: str | None = None
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of a benefit. `value` is a number or a part of a fact; `when` None means always."""

    id: str
    kind: str
    when: Condition | None
    cites: Cites
    value: Number | None = None
    of: str | None = None
    times: Fraction | None = None
    max: Number | None = None
    cap: Number | None = None
    floor: bool = False
    unit: str | None = None
    months: int | None = None
    count: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Benefit:
    """What an item gives: tiers (best first), or a computing method with its parameters."""

    kind: str
    pays: str | None = None
    unit: str | None = None
    months: int | None = None
    months_received: str | None = None
    starts: Mapping[str, Any] | None = None
    tiers: tuple[Tier, ...] = ()
    method: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    cites: Cites = ()


@dataclass(frozen=True, slots=True)
class Funding:
    """Who pays: the employer's part of the whole, and per area the treasuries' parts of the rest."""

    employer: Fraction
    treasury: Mapping[str, Mapping[str, Fraction]]
    cites: Cites
    version_by: str | tuple[str, ...] | None = None

    @property
    def only_area(self) -> str | None:
        """An area that stands for all, where the treasuries share alike in every one; None where they do not."""
        first, *others = self.treasury
        return first if all(self.treasury[area] == self.treasury[first] for area in others) else None


@dataclass(frozen=True, slots=True)
class Material:
    """A paper to be handed in. `generated` ones are filled in by the platform."""

    id: str
    name: str
    cites: Cites
    form: str | None = None
    copies: int | None = None
    check_original: bool = False
    generated: bool = False
    look: str | None = None
    when: Condition | None = None
    channel: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a case: who does what, and within which period when the text sets one.

    `promised` is a shorter period, in the same unit, that the office holds itself to.
    """

    id: str
    kind: str
    by: str
    cites: Cites
    does: str | None = None
    length: int | None = None
    unit: str | None = None
    limit: str = "statutory"
    promised: int | None = None
    where: str | None = None
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to apply (window, WeChat, Alipay …) and whom it excludes."""

    id: str
    name: str
    cites: Cites
    note: str | None = None
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """One further fact of an item worth answering, under its aspect; `asked` are ways in which people ask for it."""

    aspect: str
    text: str
    cites: Cites
    item: str | None = None
    keywords: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A service item as it stands on a day."""

    id: str
    name: str
    aliases: tuple[str, ...]
    kind: str
    situation: str | None
    agency: str | None
    windows: tuple[str, ...]
    since: date | None
    until: date | None
    summary: str
    audience: str | None
    applicant: str
    requires: tuple[str, ...]
    overlaps: tuple[str, ...]
    conditions: tuple[Requirement, ...]
    exclusions: tuple[Requirement, ...]
    benefit: Benefit
    funding: Funding | None
    materials: tuple[Material, ...]
    steps: tuple[Step, ...]
    channels: tuple[Channel, ...]
    statements: tuple[Statement, ...]
    open_questions: tuple[OpenQuestion, ...]
    cites: Cites
    grants: Mapping[str, Any] = field(default_factory=dict)
    card_list: bool = False
    """What a favourable decision makes true: fact name → value, or `{decision: day}` or `{decision: tier}`."""

    def open_question(self, question_id: str) -> OpenQuestion:
        """Return the open question of that id. Raises KeyError."""
        return next(q for q in self.open_questions if q.id == question_id)
