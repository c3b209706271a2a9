"""Facts in what a person says: 全日制硕士, 去年11月入职 becomes education, education_full_time, hired_on.

One closed table of patterns over the text in which every entity stands as a sign. A fact is heard as the vocabulary
wants it; how exactly it was said (to the month, about) stays with it, so that the assistant can ask for the day when
the day matters. Who is spoken of is decided here too: a colleague's degree is nobody's fact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from backend.answers.moments import DAY, Settled, months_of, settle
from backend.answers.utterance import Entity, Part, Utterance
from backend.policy.periods import add_months
from backend.policy.types import City

HIRED = (
    "入职|上班|进厂|进的|进了|进到|入了|进公司|进单位|进到|来安|来的|来到|引进|报到|到岗|参加工作|去的|"
    "招进|加入|开始干|工作的|就职|到公司|来公司|来这|刚到|才到|到单位|来单位|到厂|进来的|报的到|被招|招来|聘进|聘过来|签的?约|"
    "来上的班|上的班|转正|到的|干的活|来干|过来干|过来的"
)
INSURED = "社保|养老|保险|缴|交了|交满|交够|连续|参保|缴费|交着"
LICENSED = "执照|注册|成立|开业|开的公司|领证|拿证|开公司|开店"
OTHERS = ("other", "child", "parent", "sibling")
ABOUT = "about"


@dataclass(frozen=True, slots=True)
class Heard:
    """One fact heard: its name and JSON value, the words, to what it is exact, and whether it is the speaker's own."""

    name: str
    value: Any
    said: str
    exact: str = DAY
    own: bool = True


@dataclass(frozen=True, slots=True)
class Scene:
    """What is needed to settle a statement: the day, and the city's districts."""

    today: date
    city: City | None = None


Value = Callable[[Entity | None, Scene], Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A fact, the patterns that say it, and how the value follows from the entity in them (or a fixed value)."""

    fact: str
    patterns: tuple[re.Pattern[str], ...]
    value: Value


def rule(fact: str, value: Value | Any, *patterns: str) -> Rule:
    """Make a rule; in a pattern `<kind>` is an entity of that kind, `..` a short gap, `....` a long one."""
    return Rule(fact, tuple(_compile(pattern) for pattern in patterns), value if callable(value) else _always(value))


def _always(value: Any) -> Value:
    return lambda entity, scene: value


LONG_GAP = r"(?:[^,，。;；?？!！\s⟦]|⟦(?!date)[^⟧]*⟧){0,16}?"
GAP = r"(?:[^,，。;；?？!！\s⟦]|⟦[^⟧]*⟧){0,8}?"


def _compile(pattern: str) -> re.Pattern[str]:
    pattern = pattern.replace("....", LONG_GAP).replace("..", GAP)
    pattern = re.sub(r"<(\w+)=(\w+)>", r"⟦\1:\\d+:\2⟧", pattern)
    first, *rest = re.split(r"<(\w+)>", pattern, maxsplit=1)
    if rest:
        pattern = f"{first}⟦{rest[0]}:(?P<entity>\\d+):[^⟧]*⟧" + re.sub(r"<(\w+)>", r"⟦\1:[^⟧]*⟧", rest[1])
    return re.compile(pattern)


# --- values -----------------------------------------------------------------------------------------------------------


def named(entity: Entity | None, scene: Scene) -> Any:
    """The entity's own value."""
    return entity.value if entity else None


def day(entity: Entity | None, scene: Scene) -> Settled | None:
    """A said date, settled."""
    return settle(entity.value, scene.today) if entity else None


def ago(entity: Entity | None, scene: Scene) -> Settled | None:
    """The day that lies a said period back; only about right."""
    months = months_of(entity.value) if entity else None
    return None if months is None else Settled(add_months(scene.today, -months), ABOUT)


def months(entity: Entity | None, scene: Scene) -> int | None:
    """A said period in months."""
    return months_of(entity.value) if entity else None


def too_few(entity: Entity | None, scene: Scene) -> int | None:
    """没交够3个月: one month fewer than was said."""
    said = months_of(entity.value) if entity else None
    return None if said is None else max(0, said - 1)


def years(entity: Entity | None, scene: Scene) -> float | int | None:
    """A said period in years."""
    said = months_of(entity.value) if entity else None
    return None if said is None else (said // 12 if said % 12 == 0 else said / 12)


def amount(entity: Entity | None, scene: Scene) -> Any:
    """A said number, whatever is counted."""
    if entity is None:
        return None
    return next((entity.value[key] for key in ("number", "yuan", "years", "days") if key in entity.value), None)


def insured_since(entity: Entity | None, scene: Scene) -> Any:
    """Months insured from a said month up to the one of today."""
    since = day(entity, scene)
    if since is None or since.day > scene.today:
        return None
    return [[f"{since.day:%Y-%m}", f"{scene.today:%Y-%m}"]]


def place_kind(entity: Entity | None, scene: Scene) -> str | None:
    """Whether a district is part of the town or a county."""
    found = _district(entity, scene)
    return None if found is None else {"district": "urban_district", "county": "county"}.get(found.kind)


def district(entity: Entity | None, scene: Scene) -> str | None:
    """The official name of a district."""
    found = _district(entity, scene)
    return found.name if found else (entity.value if entity else None)


def _district(entity: Entity | None, scene: Scene) -> Any:
    if entity is None or scene.city is None:
        return None
    return next((d for d in scene.city.districts if entity.value in (d.name, *d.aliases)), None)


FIRST = r"(?:(?:第|头|首|初)⟦count:[^⟧]*⟧|(?:第一|首|初|头一?|头一)[次回遭])"
TRADE = "(?:经营|效益|业绩|生意|行情|营收|利润)"
NO = "(?:(?<![能可要是该在会算行够中符])不|(?<!有)没|未|无|木|非|(?<!有)没有|(?<!是)不是|并不|还没|还没有|尚未)"
YES_END = "(?![不没]|行不行|了没|没有)"

RULES: tuple[Rule, ...] = (
    # dates
    rule("hired_on", day, rf"<date>....(?:{HIRED})", rf"(?:{HIRED})..<date>"),
    rule("graduated_on", day, "<date>..毕业", "毕业..<date>"),
    rule(
        "birth_date",
        day,
        "<date>..(?:出生|生人|生的)",
        "(?:出生|生日)..<date>",
        r"(?:^|我|是)<date>(?:的|后|生)(?:$|[,，。])",
    ),
    rule("recognized_on", day, "<date>..(?:认定|评上人才)", "认定..<date>"),
    rule(
        "hukou_since", day, "<date>..(?:落户|落的户|落到|落过来|迁过来|迁入|迁到|户口迁)", "(?:落户|迁入|户口)..<date>"
    ),
    rule("business_registered_on", day, rf"<date>..(?:{LICENSED})", rf"(?:{LICENSED})..<date>"),
    rule("left_on", day, "<date>..(?:离职|辞职|走的|离开)", "(?:离职|辞职)..<date>"),
    rule("purchased_home.signed_on", day, "<date>..(?:买房|买的房|购房|签的购房|网签)", "(?:买房|购房|房子)..<date>"),
    rule("bus_card_issued_on", day, "(?:公交卡|乘车卡|<item>)..<date>..办", "<date>..办的?..(?:公交卡|乘车卡)"),
    rule("title_or_skill_obtained_on", day, "<date>..(?:评上|拿到|取得|考下)", "(?:评上|取得|拿证)..<date>"),
    rule("notice_published_on", day, "<date>..(?:公示|公布)", "公示..<date>"),
    rule("accepted_on", day, "<date>..受理", "受理..<date>"),
    rule(
        "pension_paid_ranges",
        insured_since,
        "(?:从|自)<date>..(?:交|缴)",
        "(?:社保|养老保险|保险)..从?<date>..(?:开始)?(?:交|缴)",
    ),
    # periods
    rule("contract_years", years, "合同..<period>", "<period>..合同", "签了?..<period>", "<period>..签的?$"),
    rule("contract_years", 1, "一年一签"),
    rule("contract_years", _always(None), "无固定期限"),
    rule("pension_backpaid_months", months, "补[缴交]了?..<period>", "<period>..(?:是|都是)?补[缴交]"),
    rule("pension_gap", False, "(?:没有?|从没|未|不)(?:中)?断"),
    rule("pension_gap", True, "断(?:过|了|缴|交)", "中断"),
    rule(
        "pension_months_consecutive",
        too_few,
        rf"(?:没|不|未|还没|不到|不足)(?:{INSURED}|到|足|够)..<period>",
        "<period>..(?:没交够|没交满|不到)",
    ),
    rule("pension_months_consecutive", months, rf"(?:{INSURED})..(?!补)<period>", rf"<period>..(?:{INSURED})"),
    rule("benefit_months_received", months, "(?:领|发|享受)了?..<period>", "<period>..(?:领过|已领|补助都领)"),
    rule(
        "technical_work_years",
        years,
        "(?:从事|干技术|技术工作|搞技术|干了)..<period>",
        "<period>..(?:技术工作|工龄|工作经验|经验)",
    ),
    rule(
        "business_registered_on",
        ago,
        rf"(?:{LICENSED})..<period>",
        rf"<period>..(?:{LICENSED})",
        "<employer_category=self_founded>..<period>",
    ),
    rule(
        "hired_on",
        ago,
        r"(?:来|入职|上班|进厂|进公司|到岗)了?(?:快|有|大概|差不多)?<period>",
        r"(?:来.{0,4}|才|刚|这)(?:干|工作)了?(?:快|有)?<period>",
        r"<period>..入职",
    ),
    rule("stay_days", amount, "住了?..<period>"),
    # numbers
    rule("age", amount, "<age>"),
    rule(
        "local_employees_insured",
        amount,
        "(?:雇|招|带动|吸纳|员工|职工|参保|交社保)..<count>",
        "<count>..(?:本地|本市|当地|员工|职工)",
    ),
    rule("returnee_enterprises", amount, "<count>..(?:留学|海归)..企业", "(?:入驻|有)..<count>..企业"),
    rule("bus_rides_used_this_month", amount, "(?:坐|乘)了?..<count>", "<count>..(?:坐完|用完)"),
    rule(
        "residual_policy_cost",
        amount,
        "(?:剩|自费|自付|报完)..<money>",
        "<money>..(?:自费|自付|没报)",
        "(?:剩|自费|自付|报完|剩余费用)..<count>",
    ),
    rule("ticket_price", amount, "门票..<money>", "<money>..门票"),
    rule("subsidy_amount", amount, "补[贴助]..<money>", "<money>..(?:补[贴助]|各出|分担|企业出)"),
    rule("books_requested", amount, "借..<count>"),
    # grades: education is worked out by `_education`
    rule("professional_title", named, "<title>"),
    rule("professional_title", "none", "没(?:有)?(?:任何)?职称(?!名额|指标|岗位|评)", "职称(?:没有|无)"),
    rule("skill_level", named, "<skill>"),
    rule("chief_technician", named, "<chief_technician>"),
    rule("talent_tier", named, "<talent_tier>"),
    rule("tsinghua_peking_directed", True, "<directed>"),
    rule("university", named, "<school>"),
    rule("education_source", "overseas", "<overseas>"),
    # employer
    rule("employer_on_leading_list", False, f"{NO}..领军", "领军..(?:不是|没有|不在)"),
    rule("employer_on_leading_list", True, "(?:是|属于|算)?..领军(?:型)?企业", "领军企业名录"),
    rule(
        "employer_on_key_list",
        False,
        f"{NO}在?..(?:名录|名单|目录)",
        "名录..(?:没有|不在|没在|外)",
        f"{NO}是?..重点企业",
    ),
    rule(
        "employer_on_key_list",
        True,
        "(?:在|是|属于|进了?|入了?|列入|算)..(?:名录|目录|名单)(?:里|内|上|中|企业|了|的)?",
        "(?:名录|目录|名单)(?:里|内|上|中)?的?(?:有|企业|单位|公司|查到|找到)",
        "(?:名录|目录|名单)(?:里|内|上|中)的?<employer_category=enterprise>",
        "(?:是|属于|算|在|进的|进了)..重点企业",
        "重点企业..(?:上班|工作)",
    ),
    rule("employer_above_scale", False, f"{NO}..(?:四上|规上|规模以上)", "规下|规模以下|小微"),
    rule("employer_above_scale", True, "(?:四上|规上|规模以上)"),
    rule(
        "employer_good_standing",
        False,
        f"{TRADE}..(?:不好|不行|不咋|不太|不怎么|差|困难|亏)",
        "快倒闭|亏损|亏着|发不出",
    ),
    rule(
        "employer_good_standing",
        True,
        f"{TRADE}..(?:良好|好|不错|可以|还行|不赖|中|红火|稳|没问题|没毛病)",
        "(?:单位|公司|厂子?|企业)..(?:挺赚钱|盈利|赚钱|挺红火|挺好|不赖|很稳)",
    ),
    rule("employer_operating_normally", False, f"{NO}正常(?:经营|运作|运营|营业)", "停[产业工]|关门|倒闭了"),
    rule(
        "employer_operating_normally",
        True,
        "(?:正常|一直)(?:都|在|地)?(?:经营|运作|运营|营业|生产|开门)",
        "(?:公司|单位|厂|企业)..(?:正常着|开着|运转)",
    ),
    rule("employer_registered_in_city", True, "在.{1,6}注册(?!资|号)", "(?:本地|本市|当地)注册"),
    rule("employer_registered_in_city", False, "注册..在?(?:外地|别处|<other_city>)"),
    rule(
        "employer_has_talent_demand",
        False,
        "(?:没有?|不|没打算|不打算|不想|暂时不|无)(?:啥|什么|再)?(?:招人|招聘|缺人|引才|引进|(?:用人|引才|招人|人才)的?需求|要人)",
    ),
    rule(
        "employer_has_talent_demand",
        True,
        "(?:有|需要|想|正|在|一直|急着|打算|愿意|要).{0,2}(?:引才|引进人才|招人|招.{0,3}人才|招聘|用人|进人)",
        "有(?:这|那)?个?(?:用人|引才|招人|人才)?的?(?:需求|意愿|愿望)",
        "(?<!紧)缺人(?!才认定)|在招|正招",
    ),
    rule("employer_category", named, "<employer_category>"),
    rule("employer_jurisdiction", named, "<jurisdiction>"),
    rule(
        "employer_district",
        district,
        "<district>..(?:上班|工作|单位|公司|企业|厂)",
        "(?:单位|公司|企业|厂)..在?<district>",
    ),
    rule("full_time_employment", False, "兼职", f"{NO}..全职"),
    rule("full_time_employment", True, "全职(?!妈|太)"),
    rule("flexible_introduction", False, "不是柔性", "非柔性"),
    rule("flexible_introduction", True, "柔性"),
    rule("contract_type", named, "<contract_type>"),
    rule("pension_type", named, "<pension_type>"),
    rule("pension_paid_by_current_employer", True, "(?:单位|公司)..(?:给交|缴的|交的|在交|帮交)"),
    rule(
        "local_social_insurance",
        True,
        "(?:当地|本地)..(?:社保|参保|保险)..(?:交|有|参)",
        "(?:社保|保险)..在(?:当地|本地)(?:交|缴)",
    ),
    rule("still_employed", True, "还在(?:原来的?)?(?:单位|公司|那)(?:上班|工作|干)?", "没离职", "没换单位"),
    # recognition
    rule(
        "has_talent_card",
        False,
        "(?:没有?|还没有?|未|没办|没领|没拿到?)(?:办|领|拿到?|申请)?(?:人才)?(?:服务)?一卡通",
        "一卡通..(?:没办|没有|还没|没下来|没拿)",
    ),
    rule(
        "has_talent_card",
        True,
        "(?:有|拿到|拿了|办了|办好|办过|领了|领到)..一卡通",
        "一卡通..(?:有(?!什么|啥)|办好|办了|办过|拿到|拿了|下来了|到手)",
    ),
    rule(
        "recognition_category",
        "none",
        "(?:没有?|还没有?|未|尚未|从没|从未|木有)(?:做|办|通过|申请|搞|弄|被|参加)?过?(?:人才)?认定(?!的)",
        "认定(?:都|也)?(?:还没|没(?:办|过|做|搞|弄|批|下来|申请))",
    ),
    rule(
        "recognition_category",
        named,
        "(?:已经?|被|是|通过了?)..认定..<recognition>",
        "认定(?:过|为|成|上|了)..<recognition>(?!..(?:吗|没))",
        "<recognition>..(?:认定过|认定了|已认定|认定好)(?!..(?:吗|没))",
    ),
    rule("prior_recognition", "none", "没(?:有)?(?:申请|认定)过"),
    rule("talent_recognized", True, "(?:已经?|在.{2,4}|市里)..认定(?:了|过|为)"),
    # the person
    rule("married", False, "未婚|没结婚|单身|没对象|没有结婚|还没结婚"),
    rule("married", True, "已婚|结婚了|结了婚|我老婆|我老公|我媳妇|我爱人|我妻子|我丈夫"),
    rule("disciplinary_action", "none", f"{NO}..处分", "没被处理过"),
    rule("disciplinary_action", named, "<discipline>"),
    rule("diploma", False, "没(?:有|拿到)?..毕业证", "毕业证..(?:没|丢)"),
    rule("hukou_never_moved_out", True, "户口..(?:没迁|没动|一直在|没迁过)", "从没迁"),
    rule(
        "hukou_city",
        lambda entity, scene: scene.city.full_name if scene.city else None,
        "(?:已经?|我)?落户了",
        "户口..(?:已经?)?(?:迁过来|转过来|落这)",
    ),
    rule("hukou_city", named, "户口..在<other_city>"),
    # business
    rule(
        "first_time_founder",
        True,
        f"{FIRST}..(?:创业|开|办|注册|当老板)",
        f"{FIRST}<employer_category=self_founded>",
        "(?:从|之前|以前|此前)?没(?:有)?(?:开|办|注册|创)过|之前没创|以前没创",
    ),
    rule(
        "first_time_founder",
        False,
        "(?:第[二三四两]|二|再)次..(?:创业|开|办|注册|<employer_category=self_founded>)",
        "(?:以前|之前|早先)(?:开过|办过|创过|注册过)",
        "注销过",
    ),
    rule("business_operating_normally", True, "正常(?:经营|营业|运营)"),
    rule("founded_own_enterprise", True, "<employer_category=self_founded>"),
    rule("registered_district", district, "注册..在?<district>", "<district>..注册"),
    rule("operating_district", district, "经营..在?<district>", "<district>..经营"),
    rule("in_returnee_park", True, "在..(?:留创园|留学人员创业园)(?:里|内|创业)"),
    # homes
    rule("owns_home_in_city", False, f"{NO}(?:有)?(?:自己的)?(?:住)?房(?!补|租)", "名下(?:没|无)房", "没房"),
    rule("owns_home_in_city", True, "(?:有|买了)(?:一|1)?套?(?:自己的)?(?:住)?房(?:子)?(?!补)", "名下有房"),
    rule("purchased_home.type", named, "<home_kind>"),
    rule("purchased_home.use", named, "<home_use>"),
    rule("purchased_home.use", "residential", "(?:商品)?住宅"),
    rule("purchased_home.location", named, "(?:买|房)..<home_place>", "<home_place>..(?:买|房)"),
    rule("purchased_home.location", place_kind, "在?<district>..(?:买|房)", "(?:房子|买).{0,4}在?<district>"),
    rule("purchased_home.district", district, "在?<district>..(?:买|房)", "(?:房子|买).{0,4}在?<district>"),
    rule("purchased_home.buyer", "joint", "我和我?<kinship=spouse>.{0,3}(?:名|买)", "我们?(?:俩|两个?人?)的?名"),
    rule("purchased_home.buyer", named, "<buyer>"),
    rule("purchased_home.contract_filed", False, f"{NO}..备案"),
    rule("purchased_home.contract_filed", True, "备案了|已备案|备过案"),
    rule("house_subsidy_received", False, "没领过..(?:购房|买房)", "购房补贴没领过"),
    rule("house_subsidy_received", True, "(?:领过|领了)..(?:购房补贴|买房补贴)", "购房补贴..领过"),
    rule("needs_rental_apartment", False, "不(?:需要|要|住|用)..公寓", "自己租"),
    rule("needs_rental_apartment", True, "(?:需要|要|住了?|住着).{0,4}公寓"),
    # spouse and children
    rule("spouse_former_status", named, "<spouse_status>"),
    rule("child_stage", named, "<child_stage>"),
    rule("enrollment_kind", named, "<enrollment>"),
    rule("school_level", named, "<school_level>"),
    rule("patient_relation", named, "<kinship>..(?:看病|挂号|住院|就医)"),
    # services
    rule("event_kind", named, "<event_kind>"),
    rule("claim_item", named, "<claim_item>"),
    rule("hardship_category", named, "<hardship>"),
    rule("settle_address_kind", named, "<settle_kind>"),
    rule("apply_channel", named, "<channel>"),
    rule("card_financial_account_activated", False, f"{NO}激活"),
    rule("card_financial_account_activated", True, "激活了|已激活|激活过"),
    rule(
        "living_subsidy_applied",
        True,
        "生活补[贴助]..(?:已经?)?(?:申请了|申请过|领了|在领)",
        "(?:已经|已)申请..生活补[贴助]",
    ),
    rule("living_subsidy_applied", False, "没申请..生活补[贴助]", "生活补[贴助]没申请"),
    rule(
        "employment_status", "unemployed_graduate", "(?:毕业后?|还|暂时|目前)..(?:没工作|没找到工作|待业|没就业|未就业)"
    ),
)

COMPANY = re.compile(
    r"(?:在|是|叫|进了?|到|去了?|单位|全称是?|公司叫)?([一-龥A-Za-z（）()]{3,26}?(?:有限责任公司|股份有限公司|有限公司|集团公司|建材厂))"
)
WHETHER = re.compile(r"([在是算有属办]).?[不没]\1|是否")
"""What asks whether something is so."""
ASKED_END = re.compile(r"(?:里|内|上|过|了|的|呢|在内)?(?:吗|么|嘛|[不没](?:有|是)?|木有)[?？呀啊呢]*$")
"""What makes the end of a statement a question."""
OWN = re.compile(r"我|俺|本人|咱")
WANTING = re.compile(r"[我俺咱]们?(?:就|只|也|还)?(?:想|要|来)(?:知道|问|了解|咨询|打听|看|查)|[帮给替跟和]我|告诉我")
"""Where 我 says only that one asks."""
LIFE = re.compile(r"签了|交了.{1,4}月|刚入职|刚毕业|刚来|在.{2,12}上班[,，]|合同.{0,3}[\d一二三五]年[,，]")
ASKS = re.compile(
    r"多少|几|什么|啥|哪|谁|怎么|咋|吗|么|嘛|[?？]|呢$|不$|没$|没有$|行不|能不|要不|([一-龥])[不没]\1|能|可以|给|补贴|补助|政策|条件|要求"
)
"""Words with which one asks about a rule, or that one asks about."""
QUESTION_OF_RULE = frozenset({"inform", "correct", "affirm", "deny"})


def heard(utterance: Utterance, scene: Scene) -> list[Heard]:
    """Return the facts said in a message, each once, the most telling first."""
    found: dict[str, Heard] = {}
    personal = _speaks_of_oneself(utterance)
    hires = HIRES.search(utterance.text)
    kin: Entity | None = None
    for part in utterance.parts:
        marked, entities = _marked(utterance, part)
        kin = _of_kin(utterance, part, kin)
        own = personal and _own(utterance, part, kin)
        of_kin = [entity for entity in entities if _is_of(utterance, kin, entity)]
        for each in _spouse(part, kin, of_kin):
            found.setdefault(each.name, _with(each, not ASKS.search(part.text)))
        of_oneself = [entity for entity in entities if entity not in of_kin]
        special = (
            *_education(part, of_oneself),
            *_employer(part, entities),
            *_hotel(part, entities),
            *_contract(utterance, part, entities, scene),
            *_household(part, entities, scene),
        )
        ruled = (each for each in _by_rules(marked, entities, part, scene))
        plain = (
            each for each in ruled if not (of_kin and each.name in GRADES and not _before_kin(utterance, part, kin))
        )
        own_here = own and not (hires and not OWN.search(utterance.text[hires.end() : part.end]))
        for each in (*special, *plain):
            of_home = personal and each.name.startswith("purchased_home.") and bool(OWN.search(utterance.text))
            found.setdefault(each.name, _with(each, of_home or (own if each.name in OF_FIRM else own_here)))
    _settle_insurance(found)
    return list(found.values())


HIRES = re.compile(r"新招|招(?:了|来|到)(?:个|一个|位|一位|名|一名|的)|(?<![其])[他她](?!人)|同事|朋友|同学|邻居|亲戚")
"""Words after which a message is about somebody else, until somebody says 我 again."""
OF_FIRM = frozenset(
    [
        "local_employees_insured",
        "local_employees_total",
        "total_employees_insured",
        "employer_name",
        "first_time_founder",
    ]
)
"""Facts of a firm, that somebody else in the message does not touch."""
SPOUSE = {
    "education": "spouse_education",
    "title": "spouse_professional_title",
    "skill": "spouse_skill_level",
}
"""Grades that, said of husband or wife, are facts about them."""


def _is_of(utterance: Utterance, kin: Entity | None, entity: Entity) -> bool:
    """Whether something is said of the kin: after the word for them and before anybody says 我 again."""
    return kin is not None and entity.start >= kin.end and not OWN.search(utterance.text[kin.end : entity.start])


def _spouse(part: Part, kin: Entity | None, said: Sequence[Entity]) -> Iterator[Heard]:
    """The grades of husband or wife."""
    if kin is None or kin.value != "spouse":
        return
    for entity in said:
        if entity.kind in SPOUSE:
            yield Heard(SPOUSE[entity.kind], entity.value, part.text)
        elif entity.kind == "full_time":
            yield Heard("spouse_education_full_time", entity.value == "yes", part.text)


FROM_TO = re.compile(r"^[^,，。；]{0,4}(?:到|至|-|—|~|～|起)")


def _contract(utterance: Utterance, part: Part, entities: Sequence[Entity], scene: Scene) -> Iterator[Heard]:
    """The two days of a contract: 合同从2020年3月1号到2023年2月28号."""
    dates = [entity for entity in entities if entity.kind == "date"]
    if len(dates) < 2 or "合同" not in utterance.text[: dates[1].end + 6]:
        return
    if not FROM_TO.match(utterance.text[dates[0].end : dates[1].start] + "到"[: dates[0].end == dates[1].start]):
        return
    for name, said in zip(("contract_start", "contract_end"), dates, strict=False):
        settled = settle(said.value, scene.today, past=name == "contract_start")
        if settled is not None:
            yield Heard(name, settled.day.isoformat(), part.text, settled.precision)


HOUSEHOLD = re.compile(r"户口|户籍|落户|落的户|落了户")


def _household(part: Part, entities: Sequence[Entity], scene: Scene) -> Iterator[Heard]:
    """The city of one's household, where it is told and not where one would move it."""
    if not HOUSEHOLD.search(part.text) or re.search(
        r"想|打算|准备|能|要|可以|老家|原来|以前|不在|没在|[吗么]", part.text
    ):
        return
    for entity in entities:
        if entity.kind == "city" and scene.city is not None:
            yield Heard("hukou_city", scene.city.full_name if entity.value == scene.city.id else entity.text, part.text)
            return


GRADES = frozenset(
    [
        "education",
        "education_full_time",
        "highest_full_time_education",
        "professional_title",
        "skill_level",
        "employer_category",
        "full_time_employment",
        "hired_on",
    ]
)
"""Facts that, said after a word for kin, are that person's: 配偶企业上班，本科."""


def _of_kin(utterance: Utterance, part: Part, before: Entity | None) -> Entity | None:
    """The kin spoken of in a part: named in it, or in the part before as long as nobody says 我."""
    named = [entity for entity in utterance.of_kind("kinship", within=part) if entity.value not in ("other",)]
    if named:
        return named[0]
    return None if OWN.search(part.text) else before


def _before_kin(utterance: Utterance, part: Part, kin: Entity | None) -> bool:
    """Whether the part's grade stands before the word for kin: 博士的老婆 is about a doctor."""
    if kin is None:
        return True
    grades = utterance.of_kind("education", "full_time", "title", "skill", "employer_category", within=part)
    return kin.within(part.start, part.end) and bool(grades) and grades[0].end <= kin.start


def _by_rules(marked: str, entities: Sequence[Entity], part: Part, scene: Scene) -> Iterator[Heard]:
    for each in RULES:
        for pattern in each.patterns:
            match = pattern.search(marked)
            if match is None or _asked_for(marked, match):
                continue
            index = match.groupdict().get("entity")
            value = each.value(entities[int(index)] if index else None, scene)
            if value is None and each.value is not named and "无固定" not in part.text:
                continue
            if isinstance(value, Settled):
                yield Heard(each.fact, value.day.isoformat(), part.text, value.precision)
            else:
                yield Heard(each.fact, value, part.text)
            break


def _asked_for(marked: str, match: re.Match[str]) -> bool:
    """Whether what a pattern found is asked, not told: 在不在名录, 算不算四上, 有没有处分, 在名录里吗.

    A figure in a question is supposed (签两年行不行) and so stays.
    """
    if match.groupdict().get("entity"):
        return False
    for whether in WHETHER.finditer(marked):
        if whether.start() <= match.end() and match.start() <= whether.end() + 2:
            return True
    return bool(ASKED_END.match(marked[match.end() :]))


def _marked(utterance: Utterance, part: Part) -> tuple[str, list[Entity]]:
    """The part with every entity as ⟦kind:number:value⟧; names that the patterns want as words stay words."""
    inside = [entity for entity in utterance.entities if entity.within(part.start, part.end)]
    pieces, place = [], part.start
    for number, entity in enumerate(inside):
        if entity.start < place or entity.kind in ("item", "self_word", "agency", "material", "city"):
            continue
        if entity.text in STAFF:
            continue
        value = entity.value if isinstance(entity.value, str) else "_"
        pieces += [utterance.text[place : entity.start], f"⟦{entity.kind}:{number}:{value}⟧{_kept_word(entity)}"]
        place = entity.end
    pieces.append(utterance.text[place : part.end])
    return "".join(pieces), inside


STAFF = ("职工", "员工")
"""Words for kin and others that mean a firm's staff, or a kind of insurance."""
KEPT = ("contract_type", "recognition", "home_kind", "directed", "pension_type")


def _kept_word(entity: Entity) -> str:
    """Entities whose words are cues as well keep the word behind their sign."""
    return entity.text if entity.kind in KEPT else ""


DEGREES = ("doctor", "master", "bachelor", "junior_college", "secondary_vocational", "high_school_or_below")


def _education(part: Part, entities: Sequence[Entity]) -> Iterator[Heard]:
    """The highest degree named, and which of two was full-time: 本科全日制, 研究生非全."""
    entities = [_degree_besides(entity) for entity in entities]
    degrees = [entity for entity in entities if entity.kind == "education"]
    modes = [entity for entity in entities if entity.kind == "full_time"]
    if not degrees:
        if modes and not re.search(r"配偶|老婆|爱人", part.text):
            yield Heard("education_full_time", modes[0].value == "yes", part.text)
        return
    highest = min(degrees, key=lambda entity: DEGREES.index(entity.value))
    yield Heard("education", highest.value, part.text)
    mode = _mode_of(highest, modes, degrees)
    if mode is not None:
        yield Heard("education_full_time", mode, part.text)
    lower = next((each for each in degrees if each.value != highest.value), None)
    if mode is False and lower is not None and _mode_of(lower, modes, degrees) is True:
        yield Heard("highest_full_time_education", lower.value, part.text)


def _degree_besides(entity: Entity) -> Entity:
    """A mode of study that names its degree (在职研究生) as that degree; the mode is read off its words."""
    degree = next((value for word, value in IN_SERVICE.items() if word in entity.text), None)
    return replace(entity, kind="education", value=degree) if entity.kind == "full_time" and degree else entity


IN_SERVICE = {"博士": "doctor", "研究生": "master", "硕士": "master"}


def _mode_of(degree: Entity, modes: Sequence[Entity], degrees: Sequence[Entity]) -> bool | None:
    """The mode of study that stands nearest to a degree."""
    if "在职" in degree.text:
        return False
    near = [mode for mode in modes if min(degrees, key=lambda each: _distance(each, mode)) is degree]
    if not near and len(degrees) == 1:
        near = list(modes)
    return near[0].value == "yes" if near else None


def _distance(one: Entity, other: Entity) -> int:
    return max(one.start - other.end, other.start - one.end, 0)


def _employer(part: Part, entities: Sequence[Entity]) -> Iterator[Heard]:
    """The employer by its name in a directory, or by its legal form."""
    known = next((entity for entity in entities if entity.kind == "employer"), None)
    if known is not None:
        yield Heard("employer_name", known.value, part.text)
        return
    match = COMPANY.search(part.text)
    if match:
        yield Heard("employer_name", match[1], part.text)


def _hotel(part: Part, entities: Sequence[Entity]) -> Iterator[Heard]:
    """The hotel of a talent apartment, named as an item."""
    named = [entity.text for entity in entities if entity.kind == "item" and entity.text.endswith(("宾馆", "酒店"))]
    if named and "人才" not in named[0] and len(named[0]) > 2:
        yield Heard("apartment_hotel", named[0], part.text)


def _speaks_of_oneself(utterance: Utterance) -> bool:
    """Whether a message that also asks is about the speaker: it says so, or tells what only one person's life has."""
    if not any(part.asks for part in utterance.parts):
        return True
    return bool(
        OWN.search(utterance.text) or utterance.of_kind("date", "employer", "age") or LIFE.search(utterance.text)
    )


def _own(utterance: Utterance, part: Part, kin: Entity | None) -> bool:
    """Whether the part speaks of the speaker: told, not merely asked about, and of nobody else."""
    others = [
        e for e in utterance.of_kind("kinship", within=part) if e.value in OTHERS and not _is_staff(utterance, part, e)
    ]
    text = utterance.text[kin.end : part.end] if kin and _back_to_oneself(utterance, part, kin) else part.text
    if others or re.search(r"新招|他|她|别人|人家|老公|老婆|爱人|媳妇|对象(?!是)", text):
        return False
    if part.intent in QUESTION_OF_RULE:
        return True
    told = utterance.of_kind("date", "employer", within=part)
    return bool(OWN.search(WANTING.sub("", text))) or bool(told) or _states(utterance, part)


def _back_to_oneself(utterance: Utterance, part: Part, kin: Entity) -> bool:
    """Whether after speaking of kin the part comes to the speaker: 我老婆是硕士我是本科."""
    return kin.within(part.start, part.end) and bool(OWN.search(utterance.text[kin.end : part.end]))


def _is_staff(utterance: Utterance, part: Part, entity: Entity) -> bool:
    """Whether 职工, 员工 is no person here: 职工养老, 就是职工那种, or counted as a firm's staff."""
    if entity.text not in STAFF:
        return False
    after = utterance.text[entity.end : part.end]
    counted = bool(utterance.of_kind("count", within=part))
    return counted or bool(re.match(r"那种|那个|养老|社保|保险|医保|的$|的?那|$", after))


def _states(utterance: Utterance, part: Part) -> bool:
    """Whether a part has nothing of a question: no asking word, and no item that could be asked about."""
    named = utterance.of_kind("item", "material", "agency", "award", within=part)
    return not named and not ASKS.search(part.text)


def _with(each: Heard, own: bool) -> Heard:
    return Heard(each.name, each.value, each.said, each.exact, own)


def _settle_insurance(found: dict[str, Heard]) -> None:
    """Months of insurance said without a kind count for pension and social insurance alike."""
    run = found.get("pension_months_consecutive")
    if run is not None:
        found.setdefault(
            "social_insurance_months_consecutive", Heard("social_insurance_months_consecutive", *_rest(run))
        )
    home = {name: each for name, each in found.items() if name.startswith("purchased_home.")}
    if home and "owns_home_in_city" in found and "买" in found["owns_home_in_city"].said:
        del found["owns_home_in_city"]


def _rest(run: Heard) -> tuple[Any, str, str, bool]:
    return run.value, run.said, run.exact, run.own


def values_of(told: Iterable[Heard]) -> dict[str, Any]:
    """Return facts heard as a mapping of names to values."""
    return {each.name: each.value for each in told}


def own_of(told: Iterable[Heard]) -> list[Heard]:
    """Return the facts that are the speaker's own and exact enough to keep."""
    return [each for each in told if each.own and each.exact != ABOUT]


def known_home(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fold dotted facts into their object: purchased_home.type → purchased_home {type}."""
    folded: dict[str, Any] = {}
    for name, value in values.items():
        top, _, inner = name.partition(".")
        if inner:
            folded[top] = {**(folded.get(top) or {}), inner: value}
        else:
            folded[name] = value
    return folded
