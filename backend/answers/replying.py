"""What a short reply means for the fact that was asked: 中, 没呢, 三年, 去年11月, 硕士, 就在名录里."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from backend.answers.heard import Scene
from backend.answers.moments import Settled, months_of, settle
from backend.answers.utterance import Utterance
from backend.policy.vocabulary import Fact

YES = re.compile(
    r"(?:嗯呐|嗯哪|嗯那|嗯|恩|昂|啊|哦|噢|是|对|有|中|管|行|好|可以|阔以|成|要|算|在|会|ok|yes|y|1|没错|没问题|木问题|没毛病|没跑|"
    r"当然|自然|肯定|必须|应该是|应该有|应该是吧|差不多|确实|妥|得劲|得|符合|满足|是全职|全职|正常|良好|挺好|有需求|"
    r"可不(?:是|咋)?(?:嘛|吗)?|那可不|就是|正是|咋不是|都|头|(?:都|已经?|早就?|刚|才)?"
    r"(?:签|交|办|买|领|拿|备案|激活|认定|注册|申请|开|迁|落|转|通过|批|结|参加|参保)(?:好|下来|到手?|过|上)?(?:了|过|着))"
    r"(?:的|了|嘞|啊|呀|呢|滴|呐|吧|哪|哈|过|着|呗|头|哩|嘛)*"
)
LEAD = (
    r"(?:我们?|俺们?|咱们?|这个?|那个?|那|就|单位|公司|目前|现在|暂时|应该|好像|貌似|估计|都|也|真|可|从来?|一直|以前|之前|早就?|"
    r"可能|说实话|唉|哎|害|嗐)*"
)
"""What may stand before a yes or a no."""
NO = re.compile(
    rf"^{LEAD}(?:不|没|未|无|否|木|冇|no|n$|0$|哪有|哪能|咋会|咋可能|怎么可能|才没|才不|甭|并不|并没|并非|还没|还木|还未|尚未|谈不上|差得远)"
)
UNKNOWN = re.compile(
    r"不(?:太|大|是很|怎么|咋|咋个|敢)?(?:知道|清楚|晓|确定|懂|了解|记得|明白)|知不道|不造$|没听|没注意|没留意|没印象|没查过|没问过|"
    r"没(?:有)?人(?:说|告诉)|谁知道|鬼知道|哪知道|我哪|没数|没研究|忘了|忘记了|记不|想不起|说不准|说不好|说不清|不好说|拿不准|"
    r"弄不清|弄不明白|搞不清|搞不懂|得问|问问|问一?下(?:单位|公司|人事|会计|hr)|回头|查查|查一?下再"
)
"""Words of who does not know."""
DECLINING = re.compile(
    r"不想(?:说|讲|回答|填|透露|告诉)|不愿|不方便|不便|保密|隐私|不告诉|不说(?:行|了|可以|中)|能不说|跳过|略过|下一[个题]|换个问题|换一?个问|"
    r"别问(?:这|了)|拒绝|不回答|不透露|凭啥告诉|凭什么告诉|管不着|先空着|不提供|pass$|^过$"
)
"""Words of who would rather not say."""
GIVES_UP = re.compile(r"算了|拉倒|不弄了|不问了|不说了|随便|管他|停$|先这样|不申请了|不办了|没耐心")
CLAUSE = re.compile(r"[\s,，。.!！~～?？、;；…]+")
PLACE = re.compile(r"[市县区镇村州]$|户口|这|本地|外地|老家|^[一-龥]{2,3}$")
SURE = 0.6
FIRM = re.compile(r"公司|厂|集团|医院|学校|大学|学院|院$|所$|中心|局|银行|矿|社$")


def _words(yes: str, no: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(yes), re.compile(no)


SAID: dict[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    "full_time_employment": _words(
        r"(?:天天|每天|全天|一直).{0,4}(?:坐班|上班|打卡|在|来|去|干)|坐班|朝九晚五|正式(?:工|员工|职工|的|职)|全职|常年在|五险一金|长期在",
        r"兼职|临时|偶尔|挂名|顾问|零工|半天|一周[一二两三]天|小时工|实习",
    ),
    "employer_good_standing": _words(
        r"不错|不赖|挺好|还好|还行|可以|凑合|过得去|挺中|赚钱|盈利|红火|挺稳|稳定|蒸蒸日上|上市|没毛病|良好|正常",
        r"不好|不行|不咋|不太|不怎么|亏|倒闭|发不出|裁员|困难|很差|差劲|不景气",
    ),
    "employer_has_talent_demand": _words(
        r"招人|招聘|在招|正招|缺人|要人|需要|想要|想招|想引|有的是|急着|进人|扩招|愿意",
        r"不招|不缺|裁员|不想|没有?需求|不需要|没打算",
    ),
    "employer_above_scale": _words(
        r"规上|四上|规模以上|大厂|大企业|大公司",
        r"规下|规模以下|小公司|小厂|小微|小企业|作坊|初创|刚起步|够不上|达不到",
    ),
    "employer_registered_in_city": _words(
        r"本地|本市|当地|就(?:是|在)(?:这|咱|俺)|咱这|俺这|在这(?:儿|里|边)?", r"外地|别处|外省|别的市|总部在"
    ),
    "employer_operating_normally": _words(
        r"正常|开着|运转|干着|没停|上着班|照常|营业", r"停[产工业]|歇业|关门|倒闭|注销|关了|黄了|不正常"
    ),
    "business_operating_normally": _words(
        r"正常|开着|运转|干着|没停|没断|照常|营业", r"停[产工业]过?|歇业|关门|倒闭|注销|关了|黄了|停过"
    ),
    "pension_gap": _words(
        r"断[过了缴]|停[过了]|中断|漏了|有空档", r"没断|未断|没停|连着|连续|一直[在都]?[交缴]|没有|从没|不断"
    ),
    "pension_paid_by_current_employer": _words(
        r"(?:单位|公司|厂里?|企业|老板)(?:给|在|帮|替)?.{0,2}(?:交|缴|上)|现单位|现在的?(?:单位|公司|厂)|本单位|这(?:家|个)(?:单位|公司)",
        r"自己[交缴]|个人[交缴]|灵活就业|挂靠|别的|原(?:来的?)?单位|以前的?(?:单位|公司)|老单位|上家|代[缴交]|外包|派遣|人力公司|老家",
    ),
    "education_full_time": _words(
        r"统招|全日制|脱产|正经|正规|考上的|住校", r"非全|在职|自考|函授|成教|成人|电大|网络|夜大|业余|周末"
    ),
    "still_employed": _words(r"还在|没换|没走|没离|一直在|没动", r"离职|走了|换了|跳槽|不在|辞"),
    "has_talent_card": _words(r"有卡|办[了好]|拿到|到手|下来了|领[了到]", r"没卡|没[办领拿有]|还没|在办|没下来"),
    "owns_home_in_city": _words(
        r"有房|买[了过]|有一?套|名下有|有(?:的|住房)", r"没房|没买|租|宿舍|无房|住单位|住公司|借住"
    ),
    "first_time_founder": _words(
        r"第一[次回]|头一?[次回遭]|首次|初次|没开过|没创|没办过|以前没|之前没|从没",
        r"第[二三四][次回]|二次|以前开过|开过|办过|再次|又开",
    ),
    "hukou_never_moved_out": _words(
        r"一直在|没迁|没动|没出去|土生土长|本地人|从小|没转", r"迁过|迁出|迁走|转走|迁来|迁过来|转过来|外地|不是本地"
    ),
    "married": _words(r"结了|结婚了|已婚|成家|有(?:老婆|媳妇|老公|爱人)", r"未婚|单身|没对象|光棍|还没|没结|离了|离异"),
    "diploma": _words(r"在手|拿到|到手|在我|有", r"没发|没拿|丢|还没毕业|没到手|没下来"),
    "house_subsidy_received": _words(r"领过|领了|拿过|享受过", r"没领|没拿|没享受|从没"),
    "startup_subsidy_received": _words(r"领过|领了|拿过", r"没领|没拿|从没"),
    "purchased_home.contract_filed": _words(r"备案了|备过|备案好|网签", r"没备|还没|未备"),
    "purchased_home.home_ready_to_live": _words(
        r"能住|交房|入住|住进|装[修好]|住着|搬进", r"没交房|期房|不能住|毛坯|在建|没盖|没装|没住|住不了"
    ),
    "newly_introduced": _words(r"新(?:来|引进|招|进)|刚来|刚到|今年来|才来", r"老员工|早就|一直在|来了好几年|多年"),
    "local_social_insurance": _words(r"本地|当地|在这|就在|本市", r"外地|老家|别处|外省"),
    "flexible_introduction": _words(r"柔性|定期来|不转关系|两头跑|外聘专家", r"全职|正式|常驻|天天|长期"),
    "spouse_wants_to_work_in_city": _words(r"想|愿意|打算|有意", r"不想|不愿|没打算|没这想法"),
    "spouse_employed": _words(
        r"有工作|上班|上着班|找到", r"没工作|没找到|待业|在家|失业|没上班|全职(?:妈妈|太太|主妇)"
    ),
    "card_financial_account_activated": _words(r"激活[了过]", r"没激活|未激活|没开通"),
    "living_subsidy_applied": _words(r"申请[了过]|在领|领着|交了", r"没申请|还没"),
}
"""What tells yes and no to a question about one fact, in words that say so of this fact only."""
CHOSEN: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    name: tuple((value, re.compile(pattern)) for value, pattern in rows)
    for name, rows in {
        "pension_type": (
            ("none", r"没(?:有)?(?:参加|交|上|买|缴)|^(?:没有?|木有|都没|啥也没)"),
            ("resident", r"居民|农村|新农|农保|城乡"),
            ("public_institution", r"机关|事业|体制|编制"),
            ("enterprise_employee", r"职工|单位(?:给)?(?:交|缴|上)|公司(?:给)?(?:交|缴|上)|企业|厂里|城镇|五险"),
        ),
        "contract_type": (
            ("open_ended", r"无固定|长期合同"),
            ("dispatch", r"派遣|外包"),
            ("internship", r"实习"),
            ("service", r"劳务"),
            ("employment", r"聘"),
            ("labor", r"劳动|正式|普通"),
        ),
        "employer_category": (
            ("self_founded", r"自己(?:开|办|创|的)|创业|当老板|个体"),
            ("government", r"机关|政府|公务员|.局$|街道办"),
            ("public_institution", r"事业|学校|医院|大学|学院|研究[院所]|公办"),
            ("enterprise", r"企业|公司|厂|民营|私营|国[企营]|私企|集团"),
        ),
        "employer_jurisdiction": (("city_direct", r"市"), ("county", r"县"), ("district", r"区")),
        "education_source": (
            ("overseas", r"国外|境外|海外|留学|外国|出国|英国|美国|日本|韩国|澳|法国|德国|俄|加拿大|港"),
            ("domestic", r"国内|中国|本地|省内|咱国"),
        ),
        "employment_status": (
            ("self_employed", r"自主创业|创业|自己(?:开|干|办)|当老板|个体"),
            ("unemployed_graduate", r"没工作|待业|没就业|未就业|还没找|刚毕业|在家"),
            ("government_employee", r"机关|公务员"),
            ("public_institution_employee", r"事业|学校|医院"),
            ("enterprise_employee", r"企业|公司|厂|上班|打工"),
        ),
        "purchased_home.type": (("second_hand", r"二手|旧房|别人(?:住过|手里)"), ("new", r"新|一手|开发商|期房|现房")),
        "purchased_home.use": (
            ("apartment", r"公寓|loft"),
            ("shop", r"商铺|门面"),
            ("office", r"写字楼|办公"),
            ("residential", r"住宅|住的|商品房|小区|^(?:是|对|嗯|昂|中)"),
        ),
        "purchased_home.location": (("county", r"县|乡|镇"), ("urban_district", r"市区|市里|城区|城里|区$|区的|区里")),
        "purchased_home.buyer": (
            ("joint", r"俩|共同|一起|两口|夫妻|两个人"),
            ("spouse", r"老婆|媳妇|爱人|老公|配偶|妻子|丈夫|对象|他|她"),
            ("self", r"我|自己|本人|俺"),
        ),
        "child_stage": (
            ("kindergarten", r"幼儿园|托班"),
            ("primary", r"小学|一年级"),
            ("junior_secondary", r"初中|初一|七年级"),
            ("senior_secondary", r"高中|高一"),
        ),
        "prior_recognition": (("none", r"第一次|头一[次回]|首次|没申请|没认定|没办过|从没"),),
        "disciplinary_action": (("none", r"清白|遵纪守法|从没|没有?|干干净净"),),
        "recognition_category": (("none", r"没认定|还没|没有|没办|木有|没呢|不是"),),
        "spouse_former_status": (
            ("civil_servant", r"公务员(?!法)"),
            ("reference_managed", r"参公|参照"),
            ("public_institution_staff", r"事业|教师|老师|护士|医生|编"),
            ("enterprise", r"企业|公司|厂|打工"),
            ("unemployed", r"没工作|待业|在家|主妇|失业|没上班"),
        ),
    }.items()
}
"""Which choice is meant, in words that a label does not have; the first row that fits counts."""
EXAMPLES = {
    "date": "说个日期就行，比如“去年10月15号”。",
    "month": "说个年月就行，比如“去年10月”。",
    "int": "说个数就行，比如“3”。",
    "number": "说个数就行，比如“3”。",
    "ranges": "说从哪个月到哪个月就行，比如“从去年3月到现在”。",
}
"""What an answer looks like, by the type of the fact asked for; said when a reply gave none."""


def example(fact: Fact) -> str:
    """Return how the question about a fact may be answered, empty where yes or no will do."""
    if fact.type == "choice" and len(fact.choices) <= LISTED:
        return f"可以选：{'、'.join(fact.choices.values())}。"
    if fact.unit and fact.type in ("int", "number"):
        return f"说个数就行，比如“3{fact.unit}”。"
    return EXAMPLES.get(fact.type, "")


LISTED = 8


def interpret(fact: Fact, utterance: Utterance, scene: Scene) -> Any | None:
    """Return the JSON value that a reply gives to the asked fact, or None when it gives none."""
    read = READERS.get(fact.type)
    return read(fact, utterance, scene) if read else None


def exactness(fact: Fact, utterance: Utterance, scene: Scene) -> str | None:
    """Return to what a said date is exact (day, month, year), None when no date was asked or said."""
    settled = _settled(utterance, scene) if fact.type in ("date", "month") else None
    return settled.precision if settled else None


def does_not_know(text: str) -> bool:
    """Tell whether somebody says that he does not know."""
    return bool(UNKNOWN.search(text))


def declines(text: str) -> bool:
    """Tell whether somebody would rather not say."""
    return bool(DECLINING.search(text)) and not UNKNOWN.search(text)


def gives_up(text: str) -> bool:
    """Tell whether somebody wants no more questions."""
    return bool(GIVES_UP.search(text)) and len(text) <= SHORT


SHORT = 10


def yes_or_no(utterance: Utterance) -> bool | None:
    """Return what a short reply says, None when it says neither."""
    clauses = [each for each in CLAUSE.split(utterance.text) if each]
    if not clauses or GIVES_UP.search(clauses[0]) or UNKNOWN.search(utterance.text) or DECLINING.search(utterance.text):
        return None
    said = next((known for clause in clauses[:2] if (known := _short(clause)) is not None), None)
    if said is not None:
        return said
    sure = [part.intent for part in utterance.parts if part.confidence >= SURE]
    if "deny" in sure:
        return False
    return True if "affirm" in sure and "inform" not in utterance.intents() else None


def _short(clause: str) -> bool | None:
    if re.fullmatch(f"{LEAD}(?:{YES.pattern})+", clause):
        return True
    return False if NO.search(clause) else None


def _bool(fact: Fact, utterance: Utterance, scene: Scene) -> bool | None:
    if UNKNOWN.search(utterance.text):
        return None
    own = _in_its_words(fact, utterance, scene)
    if own is not None:
        return own
    plain = yes_or_no(utterance)
    return _echoed(fact, utterance.text) if plain is None else plain


def in_words_of_its_own(fact: Fact, utterance: Utterance, scene: Scene) -> bool:
    """Tell whether a reply speaks of the fact asked for in its own words, not by a bare yes or no."""
    if UNKNOWN.search(utterance.text):
        return False
    if fact.type == "bool":
        return _in_its_words(fact, utterance, scene) is not None
    return fact.type == "choice" and any(pattern.search(utterance.text) for _, pattern in CHOSEN.get(fact.name, ()))


def _in_its_words(fact: Fact, utterance: Utterance, scene: Scene) -> bool | None:
    if fact.name in LOCAL and scene.city and (place := utterance.of_kind("city", "other_city")):
        return place[0].value == scene.city.id and not NO.search(utterance.text)
    yes, no = SAID.get(fact.name, (NOTHING, NOTHING))
    if no.search(utterance.text):
        return False
    found = yes.search(utterance.text)
    if found is None:
        return None
    return not DENIED.search(utterance.text[: found.start()])


NOTHING = re.compile(r"(?!)")
LOCAL = ("employer_registered_in_city", "local_social_insurance")
"""Facts to which the name of a city is an answer."""
DENIED = re.compile(r"(?:不|没|没有|未|木有|不是|并非|谈不上|算不上)[^,，。]{0,2}$")
"""A no right before a word."""
EMPTY = frozenset("您的了吗是有在不没这那个和或年月日到现在单位您我")


def _echoed(fact: Fact, text: str) -> bool | None:
    """A reply that repeats a word of the question says so, or denies it: 在本市注册的, 不算领军."""
    if len(text) > SHORT + 6:
        return None
    asked = f"{fact.question or ''}{fact.label}"
    pairs = [text[at : at + 2] for at in range(len(text) - 1)]
    shared = [at for at, pair in enumerate(pairs) if pair in asked and not EMPTY.issuperset(pair)]
    if not shared:
        return None
    return not re.search(r"不(?!错|过)|没|未|非|木有|无", text)


def _number(fact: Fact, utterance: Utterance, scene: Scene) -> Any | None:
    for kind in ("period", "age", "count", "money"):
        for entity in utterance.of_kind(kind):
            value = _amount(fact, entity.value)
            if value is not None:
                return value
    if re.fullmatch(r"(?:没有?|无|零|一个都没|从?没.*过?)[了呢的嘞啊]*", utterance.text.strip("。,，!")):
        return 0
    return None


def _amount(fact: Fact, said: dict) -> Any | None:
    months = months_of(said) if "months" in said else None
    if fact.unit == "年":
        return (months // 12 if months % 12 == 0 else months / 12) if months else said.get("number")
    if months is not None:
        return months if fact.unit in ("个月", None) else None
    return next((said[key] for key in ("number", "yuan", "years", "days") if key in said), None)


def _date(fact: Fact, utterance: Utterance, scene: Scene) -> str | None:
    settled = _settled(utterance, scene)
    return settled.day.isoformat() if settled else None


def _month(fact: Fact, utterance: Utterance, scene: Scene) -> str | None:
    settled = _settled(utterance, scene)
    return f"{settled.day:%Y-%m}" if settled else None


def _settled(utterance: Utterance, scene: Scene) -> Settled | None:
    said = utterance.of_kind("date")
    return settle(said[0].value, scene.today) if said else None


def _choice(fact: Fact, utterance: Utterance, scene: Scene) -> str | None:
    values = [entity.value for entity in utterance.entities if isinstance(entity.value, str)]
    named = next((value for value in values if value in fact.choices), None)
    if named:
        return named
    if UNKNOWN.search(utterance.text):
        return None
    for value, pattern in CHOSEN.get(fact.name, ()):
        if value in fact.choices and pattern.search(utterance.text):
            return value
    text = re.sub(r"^(?:我|俺|就|是|算|属于|应该|大概)+|[。,，!的吧呢啊嘞哦那种个类样]+$", "", utterance.text)
    for value, label in fact.choices.items():
        short = re.sub(r"（.*?）", "", label)
        if len(text) > 1 and (text == value or text in label or short in text):
            return value
    if "none" in fact.choices and yes_or_no(utterance) is False:
        return "none"
    ordered = list(fact.choices)
    number = re.fullmatch(r"(?:选|第)?(\d|[一二三四五六七八])(?:个|项|种)?", text)
    if number:
        place = "一二三四五六七八".find(number[1]) + 1 or int(number[1])
        return ordered[place - 1] if 1 <= place <= len(ordered) else None
    return _most_alike(fact, text)


def _most_alike(fact: Fact, text: str) -> str | None:
    """The one choice whose label shares most pairs of characters with a reply."""
    pairs = {text[at : at + 2] for at in range(len(text) - 1)}
    shared = {value: sum(pair in label for pair in pairs) for value, label in fact.choices.items()}
    best = max(shared.values(), default=0)
    found = [value for value, number in shared.items() if number == best]
    return found[0] if best and len(found) == 1 and len(text) <= SHORT else None


def _text(fact: Fact, utterance: Utterance, scene: Scene) -> str | None:
    text = utterance.text.strip("。,，! ")
    known = utterance.of_kind("employer") if fact.name == "employer_name" else utterance.of_kind("district")
    if known and isinstance(known[0].value, str):
        return known[0].value
    if fact.name == "employer_name":
        named = re.sub(r"^(?:我?(?:单位|公司)?(?:全称)?(?:是|叫|在)|在|叫|是)", "", text)
        return named if FIRM.search(named) and len(named) <= 40 else None
    if fact.name in ("hukou_city",) and scene.city and text in ("是", "在", "在这", "本地", "本市", "就在本市", "对"):
        return scene.city.full_name
    if fact.name == "hukou_city":
        return _city_said(utterance, scene) or (text if PLACE.search(text) and _no_more(utterance, text) else None)
    return text if _no_more(utterance, text) else None


def _no_more(utterance: Utterance, text: str) -> bool:
    """Whether a text can be the whole answer: no question, no sentence of its own, no yes or no."""
    asks = any(part.asks for part in utterance.parts)
    return 1 < len(text) <= 30 and not asks and not UNKNOWN.search(text) and yes_or_no(utterance) is None


def _city_said(utterance: Utterance, scene: Scene) -> str | None:
    """The full name of the city named in a reply."""
    for entity in utterance.of_kind("city"):
        return scene.city.full_name if scene.city and entity.value == scene.city.id else f"{entity.text.rstrip('市')}市"
    return None


READERS: dict[str, Callable[[Fact, Utterance, Scene], Any]] = {
    "bool": _bool,
    "int": _number,
    "number": _number,
    "date": _date,
    "month": _month,
    "choice": _choice,
    "text": _text,
}
"""How a reply is read, by the type of the fact asked for."""
