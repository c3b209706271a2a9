"""The screens of the scripted server: one of every kind that the product has, in an invented city."""

from collections.abc import Callable, Mapping

from miniprogram.contract import examples
from miniprogram.contract.examples import ASK, BOTH_BUYERS, CONTRACT, DIPLOMA, LIVING, OPENING, PIXEL
from miniprogram_api.screens import blocks as b

FORM_STEPS = ["个人", "单位", "材料", "提交"]
PHONE = "0372-1234567"


def go(screen: str, **params: str) -> b.Navigate:
    """A step to another screen."""
    return b.Navigate(screen=screen, params=params)


def button(label: str, action: b.Action, style="secondary", **more) -> b.Button:
    """A button."""
    return b.Button(label=label, action=action, style=style, **more)


def home(args: Mapping, script) -> b.Screen:
    """What one sees first."""
    return b.Screen(
        name="home",
        title="人才服务",
        cache=b.Cache(fresh=20, offline=True),
        badges=b.Badges(me=2),
        blocks=[
            b.Hero(
                title="王*明，下午好",
                text="1 件在办，1 件等你补材料",
                city=b.Button(label="南河市", action=go("cities")),
                placeholder="想问什么，直接说",
                ask=True,
                suggestions=["硕士每月能领多少", "买房补贴怎么申请"],
            ),
            b.Card(
                title="劳动合同缺盖章页",
                text="引进人才生活补助 · 11月27日前补上就行",
                icon=b.Icon.WARNING,
                tone=b.Tone.WARNING,
                action=go("correction"),
            ),
            b.Figures(
                figures=[
                    b.Figure(label="可申请", value="3", unit="项", action=go("items")),
                    b.Figure(label="在办", value="1", unit="件", action=go("application")),
                    b.Figure(label="已领", value="6,000", unit="元", action=go("payments")),
                ]
            ),
            b.Tiles(
                tiles=[
                    b.Tile(icon=b.Icon.CARD, label="人才认定", action=go("item")),
                    b.Tile(
                        icon=b.Icon.MONEY,
                        label="生活补助",
                        action=go("item"),
                        badge=b.Badge(text="可领", tone=b.Tone.SUCCESS),
                    ),
                    b.Tile(icon=b.Icon.HOUSE, label="买房安家", action=go("item")),
                    b.Tile(icon=b.Icon.STARTUP, label="创业", action=go("item")),
                    b.Tile(icon=b.Icon.FAMILY, label="配偶子女", action=go("item")),
                    b.Tile(icon=b.Icon.HUKOU, label="落户", action=go("item")),
                    b.Tile(icon=b.Icon.MEDICAL, label="医疗保健", action=go("item")),
                    b.Tile(icon=b.Icon.BUS, label="公交文旅", action=go("item")),
                ]
            ),
            b.Heading(text="你能申请的", note="按你告诉我们的 6 项信息", more=button("全部", go("items"))),
            *benefits()[:2],
            b.Heading(text="在办", level=2),
            b.Card(
                title="急需紧缺人才认定",
                text="在 南河星辰科技有限公司 初审",
                icon=b.Icon.CARD,
                badge=b.Badge(text="办理中", tone=b.Tone.INFO),
                meta=["11月20日提交", "还剩 3 个工作日"],
                action=go("application"),
            ),
        ],
    )


def benefits() -> list[b.BenefitCard]:
    """Three items and how they stand."""
    return [
        b.BenefitCard(
            item="living_allowance",
            name="引进人才生活补助",
            line="在本市工作的人才，按月领一份补助",
            amount=b.Amount(value="1,200", unit="元/月", note="最长 36 个月，共 43,200 元"),
            verdict=b.VerdictKind.ELIGIBLE,
            verdict_text="可申请",
            agency="市人社局",
            action=go("item"),
        ),
        b.BenefitCard(
            item="housing",
            name="引进人才购房补贴",
            line="在市区买首套新房，一次领补贴",
            amount=b.Amount(value="50,000", unit="元"),
            verdict=b.VerdictKind.NEEDS_INFO,
            verdict_text="差 2 项信息",
            agency="市住建局",
            icon=b.Icon.HOUSE,
            action=go("item"),
        ),
        b.BenefitCard(
            item="park",
            name="留学人员创业园启动经费",
            line="办留学人员创业园的启动支持",
            amount=b.Amount(value="一事一议"),
            verdict=b.VerdictKind.REFER,
            verdict_text="由窗口认定",
            icon=b.Icon.STARTUP,
            action=go("item"),
        ),
    ]


def items(args: Mapping, script) -> b.Screen:
    """All items by situation of life; pages by key."""
    after = int(args.get("after", 0))
    rows = [
        b.Row(title=f"服务事项 {n + 1}", note="市人社局", icon=b.Icon.DOCUMENT, action=go("item"))
        for n in range(after, after + 8)
    ]
    more = b.List(id="items:more", title="更多服务", rows=rows)
    if after:
        return b.Screen(name="items", title="办事", blocks=[more], next=str(after + 8) if after < 16 else None)
    tabs = [
        ("all", "全部"),
        ("settle", "安家"),
        ("work", "工作"),
        ("start", "创业"),
        ("family", "家人"),
        ("life", "生活"),
    ]
    found = [c for c in benefits() if args.get("q", "") in c.name]
    return b.Screen(
        name="items",
        title="办事",
        cache=b.Cache(fresh=60, offline=True, personal=False),
        next="8",
        blocks=[
            b.Search(
                screen="items",
                placeholder="搜事项，如“落户”",
                value=args.get("q", ""),
                suggestions=["生活补助", "落户", "公交卡"],
            ),
            b.Tabs(param="group", value=args.get("group", "all"), tabs=[b.Tab(value=v, label=t) for v, t in tabs]),
            *found,
            more,
        ],
    )


def item(args: Mapping, script) -> b.Screen:
    """One item in full."""
    return b.Screen(
        name="item",
        title="引进人才生活补助",
        cache=b.Cache(fresh=300, offline=True, personal=False),
        share=b.Share(
            title="引进人才生活补助", lines=["全日制硕士每月 1,200 元"], screen="item", params={"item": "living"}
        ),
        actions=[button("测一测", go("check")), button("去申请", go("form"), "primary")],
        blocks=[
            b.Heading(text="引进人才生活补助", level=1, note="在本市工作的人才，按月领一份补助"),
            b.Money(
                label="全日制硕士",
                amount=b.Amount(value="1,200", unit="元/月", note="最长 36 个月，共 43,200 元"),
                shares=[
                    b.ShareOfCost(payer="用人单位", amount=b.Amount(value="400.00", unit="元"), fraction="1/3"),
                    b.ShareOfCost(payer="市财政", amount=b.Amount(value="240.00", unit="元"), fraction="1/5"),
                    b.ShareOfCost(payer="区财政", amount=b.Amount(value="560.00", unit="元"), fraction="7/15"),
                ],
                citations=[LIVING, OPENING],
            ),
            b.KeyValues(
                title="谁能领",
                rows=[
                    b.KeyValue(label="学历", value="全日制硕士及以上", citations=[LIVING]),
                    b.KeyValue(label="单位", value="在企业名录内，或经营良好、有引才需求的四上企业"),
                    b.KeyValue(label="合同", value="3 年以上"),
                ],
            ),
            b.Steps(
                title="怎么办",
                steps=[
                    b.Step(title="用人单位初审", by="用人单位"),
                    b.Step(title="市人社局审核", by="市人社局", text="文件没有写期限"),
                    b.Step(title="公示", by="市人社局", limit="5 个工作日", citations=[LIVING]),
                    b.Step(title="发放", by="市财政局", limit="2 个工作日", citations=[OPENING]),
                ],
            ),
            b.Section(
                title="要交的材料",
                note="5 份",
                open=False,
                blocks=[b.List(rows=[b.Row(title="身份证", note="复印件 1 份，核验原件", icon=b.Icon.CARD)])],
            ),
            b.OpenQuestion(
                title="一个月内换单位，补助由谁出",
                text="两处文件说法不一样，由窗口认定。",
                readings=["按月末所在单位分担", "按申请单位分担"],
                citations=[OPENING, BOTH_BUYERS],
                buttons=[button("打电话问", b.Dial(phone=PHONE), icon=b.Icon.PHONE)],
            ),
            window(),
            b.Citations(title="全部依据", citations=[LIVING, OPENING, BOTH_BUYERS]),
            b.Buttons(
                buttons=[
                    button("问助手", b.Say(text="生活补助怎么领？"), icon=b.Icon.CHAT),
                    button(
                        "分享",
                        b.Share(
                            title="引进人才生活补助",
                            lines=["全日制硕士", "最长 36 个月", "市人社局办理"],
                            amount=b.Amount(value="1,200", unit="元/月"),
                            screen="item",
                            params={"item": "living"},
                        ),
                        icon=b.Icon.SHARE,
                    ),
                ]
            ),
        ],
    )


def window() -> b.Window:
    """A place one can go to."""
    return b.Window(
        name="人才服务窗口",
        agency="市人社局",
        address="南河市文苑区某路 1 号 政务大厅 2 楼 21 号窗口",
        hours="工作日 8:30–12:00，14:30–17:30",
        phones=[PHONE],
        map=b.OpenMap(name="人才服务窗口", address="南河市文苑区某路 1 号", search="南河市文苑区某路 1 号"),
        buttons=[button("预约", go("appointment"), icon=b.Icon.CALENDAR)],
    )


def check(args: Mapping, script) -> b.Screen:
    """One question of the self-check."""
    if args.get("education"):
        return result(args, script)
    return b.Screen(
        name="check",
        title="测一测",
        blocks=[
            b.Progress(current=2, total=5, label="还有 4 个问题"),
            b.Form(
                id="check",
                submit_on_choice=True,
                submit=button("下一题", b.Find(screen="check"), "primary"),
                fields=[
                    b.ChoiceField(
                        name="education",
                        label="你的最高学历",
                        required=True,
                        why="学历决定补助的档次。",
                        citations=[LIVING],
                        options=[
                            b.Option(value="doctor", label="博士研究生"),
                            b.Option(value="master", label="硕士研究生"),
                            b.Option(value="bachelor", label="本科"),
                            b.Option(value="junior_college", label="大专"),
                        ],
                    )
                ],
            ),
            b.Text(text="答案只留在这一次测算里，登录后可以存进“我的信息”。", style="muted"),
        ],
    )


def result(args: Mapping, script) -> b.Screen:
    """What came out of a self-check."""
    return b.Screen(
        name="result",
        title="测算结果",
        actions=[button("去申请", go("form"), "primary")],
        blocks=[
            b.Verdict(
                verdict=b.VerdictKind.ELIGIBLE,
                title="可以领生活补助",
                text="从 2026年12月 起，按实际参保月份发放。",
                amount=b.Amount(value="1,200", unit="元/月", note="最长 36 个月，共 43,200 元"),
                closes_on="最晚 2029年11月30日",
                reasons=[
                    b.Reason(mark="met", text="全日制硕士研究生", citations=[LIVING]),
                    b.Reason(mark="met", text="单位在企业名录内"),
                    b.Reason(mark="met", text="合同 3 年"),
                ],
            ),
            b.Verdict(
                verdict=b.VerdictKind.NOT_ELIGIBLE,
                title="购房补贴：现在还不行",
                eligible_from="最早 2027年2月10日起可申请",
                reasons=[
                    b.Reason(
                        mark="unmet", text="养老保险连续缴满 3 个月", note="现在是 1 个月", citations=[BOTH_BUYERS]
                    )
                ],
            ),
            b.Verdict(
                verdict=b.VerdictKind.REFER,
                title="周转房：由窗口认定",
                reasons=[b.Reason(mark="refer", text="两处文件对“无房”的写法不同", citations=[OPENING])],
                buttons=[button("打电话问", b.Dial(phone=PHONE), icon=b.Icon.PHONE)],
            ),
            b.Verdict(
                verdict=b.VerdictKind.NEEDS_INFO,
                title="创业补贴：还差 1 项信息",
                reasons=[
                    b.Reason(mark="missing", text="营业执照的日期", action=button("去补充", go("facts"), "plain"))
                ],
            ),
        ],
    )


def form(args: Mapping, script) -> b.Screen:
    """The second step of an application."""
    known = script.facts
    return b.Screen(
        name="form",
        title="急需紧缺人才认定",
        actions=[
            button("上一步", b.Back()),
            button("下一步", b.Submit(method="PUT", path="/applications/a1/facts", then=go("materials")), "primary"),
        ],
        blocks=[
            b.Progress(current=2, total=4, label="用人单位", steps=FORM_STEPS),
            b.Form(
                id="a1:employment",
                save=b.Save(path="/applications/a1/facts"),
                fields=[
                    b.TextField(
                        name="full_name",
                        label="姓名",
                        required=True,
                        keyboard="name",
                        value=known.get("full_name", "王小明"),
                    ),
                    b.TextField(
                        name="id_number",
                        label="身份证号",
                        required=True,
                        keyboard="id_number",
                        masked="4101**********1234" if known.get("id_number") else None,
                        max_length=18,
                    ),
                    b.TextField(
                        name="employer_name",
                        label="单位全称",
                        required=True,
                        help="按营业执照填写",
                        value=known.get("employer_name", "南河星辰科技有限公司"),
                        source="9月3日你告诉过助手",
                        suggest="/employers",
                    ),
                    b.DateField(
                        name="hired_on",
                        label="入职日期",
                        required=True,
                        latest="2026-11-20",
                        value=known.get("hired_on"),
                    ),
                    b.NumberField(
                        name="contract_years",
                        label="劳动合同签了几年",
                        unit="年",
                        minimum=0,
                        maximum=50,
                        value=known.get("contract_years"),
                    ),
                    b.YesNoField(
                        name="local_social_insurance",
                        label="单位给你交社保了吗",
                        unknown="不清楚",
                        why="补助按实际参保的月份发放。",
                        citations=[LIVING],
                        value=known.get("local_social_insurance"),
                    ),
                    b.MonthRangesField(
                        name="pension_paid_ranges",
                        label="养老保险缴了哪些月份",
                        help="社保 App 里能查到",
                        latest="2026-11",
                        shown_if=[b.ShownIf(field="local_social_insurance", one_of=[True])],
                        value=known.get("pension_paid_ranges"),
                    ),
                    b.ObjectField(
                        name="purchased_home",
                        label="在本市买房了吗",
                        none="没有",
                        value=known.get("purchased_home"),
                        fields=[
                            b.ChoiceField(
                                name="type",
                                label="新房还是二手房",
                                style="chips",
                                options=[
                                    b.Option(value="new", label="新房"),
                                    b.Option(value="second_hand", label="二手房"),
                                ],
                            ),
                            b.DateField(name="signed_on", label="签约日期"),
                        ],
                    ),
                ],
            ),
        ],
    )


def materials(args: Mapping, script) -> b.Screen:
    """The papers."""
    pages = [
        b.Page(
            id=key,
            picture=b.Picture(thumb=f"/pages/{key}/thumb", full=f"/pages/{key}/full", text=f"劳动合同 第 {n + 1} 页"),
            name=f"第 {n + 1} 页",
            state="good",
            path=f"/pages/{key}",
        )
        for n, key in enumerate(script.pages)
    ]
    contract = CONTRACT.model_copy(
        update={
            "pages": pages,
            "state": "uploaded" if pages else "missing",
            "state_text": f"已上传 {len(pages)} 页" if pages else "未上传",
        }
    )
    blurred = DIPLOMA.pages[0].model_copy(update={"state": "bad", "note": "编号看不清，请重拍这一页"})
    rejected = DIPLOMA.model_copy(
        update={
            "state": "rejected",
            "state_text": "要重交",
            "problem": "毕业证内页缺校长签章，请拍完整的内页。",
            "pages": [blurred],
        }
    )
    window_only = b.MaterialSlot(
        id="photo", name="近期免冠照片", copies="2 张", state="at_window", state_text="带到窗口", required=False
    )
    return b.Screen(
        name="materials",
        title="材料",
        actions=[button("下一步", go("review"), "primary")],
        blocks=[
            b.Progress(current=3, total=4, label="材料", steps=FORM_STEPS),
            b.Materials(
                id="a1:materials",
                title="为你列的清单",
                summary="已备齐 1 / 3 项",
                slots=[rejected, contract, window_only],
            ),
        ],
    )


def review(args: Mapping, script) -> b.Screen:
    """Everything read back, and the declaration."""
    return b.Screen(
        name="review",
        title="核对并提交",
        blocks=[
            b.Progress(current=4, total=4, label="提交", steps=FORM_STEPS),
            b.KeyValues(
                title="个人",
                edit=button("修改", go("form"), "plain"),
                rows=[
                    b.KeyValue(label="姓名", value="王小明"),
                    b.KeyValue(label="身份证号", value="4101**********1234"),
                ],
            ),
            b.KeyValues(
                title="单位",
                edit=button("修改", go("form"), "plain"),
                rows=[
                    b.KeyValue(label="单位全称", value="南河星辰科技有限公司"),
                    b.KeyValue(label="入职日期", value="2026年11月3日"),
                ],
            ),
            b.Declaration(
                title="提交前的承诺",
                lines=["所填内容和材料真实有效。", "如有虚假，按规定退回已领的补助，并记入诚信档案。"],
                label="我已阅读并承诺",
                citations=[LIVING],
                submit=button(
                    "提交",
                    b.Submit(
                        path="/applications/a1/submission",
                        ask=ASK,
                        busy="正在提交…",
                        then=b.Navigate(screen="application", mode="replace"),
                    ),
                    "primary",
                ),
            ),
        ],
    )


def application(args: Mapping, script) -> b.Screen:
    """Where a case stands."""
    return b.Screen(
        name="application",
        title="办理进度",
        refresh_after=30,
        actions=[
            button(
                "撤回",
                b.Call(
                    path="/applications/a1/withdrawal",
                    confirm=b.Confirm(title="撤回申请？", text="撤回后可以改完重新提交。", yes="撤回"),
                ),
            )
        ],
        blocks=[
            b.Notice(
                title="在用人单位初审", text="南河星辰科技有限公司 11月27日前办完，还剩 5 个工作日。", tone=b.Tone.INFO
            ),
            b.Timeline(
                entries=[
                    b.TimelineEntry(state="done", title="提交申请", at="11月20日 10:12"),
                    b.TimelineEntry(
                        state="current",
                        title="用人单位初审",
                        desk="南河星辰科技有限公司",
                        due="11月27日前（还剩 5 个工作日）",
                    ),
                    b.TimelineEntry(state="waiting", title="窗口受理", desk="人才服务窗口"),
                    b.TimelineEntry(state="waiting", title="市人社局审核"),
                    b.TimelineEntry(state="waiting", title="公示 5 个工作日", citations=[LIVING]),
                    b.TimelineEntry(state="waiting", title="发证"),
                ]
            ),
            b.KeyValues(
                rows=[
                    b.KeyValue(label="受理编号", value="NH2026-0001", copyable=True),
                    b.KeyValue(label="事项", value="急需紧缺人才认定"),
                ]
            ),
            b.File(title="申请表", note="PDF，1 页", open=b.OpenFile(path="/pages/p1/full", name="申请表.pdf")),
            b.List(
                rows=[
                    b.Row(title="评价这次办理", icon=b.Icon.STAR, action=go("rating")),
                    b.Row(title="投诉和建议", icon=b.Icon.HELP, action=go("complaint")),
                ]
            ),
        ],
    )


def correction(args: Mapping, script) -> b.Screen:
    """One notice listing everything that is missing."""
    slot = CONTRACT.model_copy(
        update={"state": "rejected", "state_text": "要补", "problem": "缺盖章页。请从第一页拍到签字盖章页。"}
    )
    return b.Screen(
        name="correction",
        title="补正材料",
        actions=[button("补好了，提交", b.Call(path="/applications/a1/correction", then=go("application")), "primary")],
        blocks=[
            b.Notice(
                title="一次说清要补的，共 1 项",
                text="11月27日前补上就行。补完直接回到原来的一步，不用重新排队。",
                tone=b.Tone.WARNING,
                citations=[LIVING],
            ),
            b.Upload(id="a1:contract", slot=slot),
        ],
    )


def notice(args: Mapping, script) -> b.Screen:
    """The public notice and the way to object."""
    return b.Screen(
        name="notice",
        title="公示",
        cache=b.Cache(fresh=60, offline=True, personal=False),
        blocks=[
            b.Heading(text="急需紧缺人才认定公示", level=1, note="11月20日 – 11月26日，5 个工作日"),
            b.List(
                id="notice:people",
                rows=[
                    b.Row(title="王*明", note="南河星辰科技有限公司 · 硕士"),
                    b.Row(title="李*", note="南河新材料股份有限公司 · 博士"),
                ],
            ),
            b.Form(
                id="objection",
                title="有异议？",
                text="实名提出，经办人会在公示期内核实并答复。",
                fields=[
                    b.TextField(
                        name="text",
                        label="异议内容",
                        required=True,
                        lines=4,
                        max_length=500,
                        placeholder="写清楚对谁、什么情况",
                    ),
                    b.PhotosField(name="photos", label="照片", upload="/objections/photos"),
                ],
                submit=button("提交异议", b.Submit(path="/objections", under=None, then=b.Reload()), "primary"),
            ),
        ],
    )


def card(args: Mapping, script) -> b.Screen:
    """The talent card."""
    return b.Screen(
        name="card",
        title="我的人才卡",
        blocks=[
            b.TalentCard(
                title="人才服务一卡通",
                city="南河市",
                holder="王*明",
                number="NH-2026-000128",
                category="急需紧缺人才 · 硕士",
                valid="2026年11月20日起有效",
                state=b.Badge(text="有效", tone=b.Tone.SUCCESS),
                qr=b.Qr(image=PIXEL, caption="给窗口扫一扫，60 秒后自动刷新", expires_in=60),
            ),
            b.Heading(text="凭卡可享"),
            b.List(
                rows=[
                    b.Row(title="市内公交免费", icon=b.Icon.BUS, action=go("item")),
                    b.Row(title="国有景区免门票", icon=b.Icon.CULTURE, action=go("item")),
                ]
            ),
        ],
    )


def payments(args: Mapping, script) -> b.Screen:
    """Month by month."""
    shares = [
        b.LedgerShare(payer="用人单位", value="400.00"),
        b.LedgerShare(payer="市财政", value="240.00"),
        b.LedgerShare(payer="区财政", value="560.00"),
    ]
    states = [
        ("2026年11月", "due", "11月30日前发放"),
        ("2026年10月", "paid", "已发放"),
        ("2026年9月", "missed", "当月未参保，不补发"),
        ("2026年8月", "paid", "已发放"),
    ]
    months = [
        b.LedgerMonth(
            month=m,
            state=s,
            state_text=t,
            value="0.00" if s == "missed" else "1,200.00",
            shares=[] if s == "missed" else shares,
        )
        for m, s, t in states
    ]
    return b.Screen(
        name="payments",
        title="发放记录",
        blocks=[
            b.Ledger(
                id="ledger",
                title="引进人才生活补助",
                total=b.Amount(value="6,000.00", unit="元", note="已发 5 个月"),
                progress="第 5 个月，共 36 个月",
                months=months,
            )
        ],
    )


def facts(args: Mapping, script) -> b.Screen:
    """What we know."""
    rows = [
        ("education", "最高学历", "硕士研究生（全日制）", "9月3日你告诉助手"),
        ("graduated_on", "毕业日期", "2024年6月30日", "申请时填写"),
    ]
    return b.Screen(
        name="facts",
        title="我的信息",
        blocks=[
            b.Text(text="这些信息只用来判断你能享受什么、帮你填表。随时可以改，可以删。", style="muted"),
            b.Facts(
                title="学历",
                rows=[
                    b.FactRow(
                        name=name,
                        label=label,
                        value=value,
                        source=source,
                        used_in=["生活补助"],
                        edit=go("fact", fact=name),
                        remove=b.Call(method="DELETE", path=f"/facts/{name}", then=b.Reload()),
                    )
                    for name, label, value, source in rows
                ],
            ),
            b.Facts(
                title="单位",
                rows=[
                    b.FactRow(
                        name="age",
                        label="年龄",
                        value="34 岁",
                        source="你告诉助手",
                        conflict="和身份证上的出生日期对不上，请改一个",
                        edit=go("fact", fact="age"),
                    )
                ],
            ),
        ],
    )


def me(args: Mapping, script) -> b.Screen:
    """One's own things."""
    return b.Screen(
        name="me",
        title="我的",
        blocks=[
            b.Card(title="王*明", text="急需紧缺人才 · 硕士", icon=b.Icon.PERSON, action=go("card")),
            b.List(
                rows=[
                    b.Row(title="我的申请", value="1 件在办", icon=b.Icon.DOCUMENT, action=go("application")),
                    b.Row(title="我的人才卡", icon=b.Icon.CARD, action=go("card")),
                    b.Row(title="发放记录", icon=b.Icon.MONEY, action=go("payments")),
                    b.Row(
                        title="消息",
                        icon=b.Icon.BELL,
                        badge=b.Badge(text="2 条未读", tone=b.Tone.DANGER),
                        action=go("messages"),
                    ),
                    b.Row(title="我的信息", note="每一项从哪来，可改可删", icon=b.Icon.PERSON, action=go("facts")),
                ]
            ),
            b.List(
                rows=[
                    b.Row(title="提醒设置", icon=b.Icon.SETTINGS, action=go("reminders")),
                    b.Row(title="个人信息与隐私", icon=b.Icon.SHIELD, action=go("privacy")),
                    b.Row(title="显示大小和深色", icon=b.Icon.EDIT, action=go("display")),
                    b.Row(title="帮助", icon=b.Icon.HELP, action=go("help")),
                    b.Row(title="我是单位 HR", icon=b.Icon.EMPLOYER, action=go("employer")),
                ]
            ),
            b.Buttons(
                buttons=[
                    button(
                        "退出登录",
                        b.SignOut(
                            confirm=b.Confirm(title="退出登录？", text="没有提交的内容会从本机清除。", yes="退出")
                        ),
                        "plain",
                    )
                ]
            ),
        ],
    )


def messages(args: Mapping, script) -> b.Screen:
    """The message centre."""
    return b.Screen(
        name="messages",
        title="消息",
        blocks=[
            b.MessageList(
                id="messages",
                messages=[
                    b.Message(
                        id="m1",
                        title="需要补正 1 份材料",
                        text="劳动合同缺盖章页，11月27日前补上就行。",
                        at="今天 10:12",
                        unread=True,
                        tone=b.Tone.WARNING,
                        delivery="已通过微信提醒",
                        action=go("correction"),
                    ),
                    b.Message(
                        id="m2",
                        title="申请已提交",
                        text="急需紧缺人才认定，编号 NH2026-0001。",
                        at="11月20日",
                        delivery="仅站内",
                    ),
                ],
            )
        ],
    )


def reminders(args: Mapping, script) -> b.Screen:
    """What we may tell in WeChat, and settings."""
    return b.Screen(
        name="reminders",
        title="提醒设置",
        blocks=[
            b.Text(text="微信规定：每同意一次，可以提醒一次。", style="muted"),
            b.Reminders(
                reminders=[
                    b.Reminder(name="办理进度", text="每到下一步告诉你", left="还可提醒 2 次", on=True, ask=ASK),
                    b.Reminder(
                        name="补正通知", text="要补材料时告诉你", left="未授权，只在站内告诉你", on=False, ask=ASK
                    ),
                ]
            ),
            b.Switches(
                title="截止提醒",
                switches=[
                    b.Switch(label="到期前 3 天提醒", on=True, change=b.Call(method="PUT", path="/settings/due")),
                    b.Switch(
                        label="新政策提醒",
                        note="有和你有关的新政策时",
                        on=False,
                        change=b.Call(method="PUT", path="/settings/news"),
                    ),
                ],
            ),
        ],
    )


def assistant(args: Mapping, script) -> b.Screen:
    """The conversation."""
    young = b.Chat(
        messages=[],
        quick=["硕士每月能领多少", "买房补贴有多少", "怎么落户"],
        notice="回答依据政策文件，以窗口答复为准",
        photo="/assistant/photos",
    )
    if not args.get("full"):
        return b.Screen(name="assistant", title="问助手", blocks=[young], cache=b.Cache(fresh=600))
    talk = [
        b.ChatMessage(id="1", who="me", text="我去年十一月硕士毕业进了星辰科技，能领什么？", at="今天 10:02"),
        b.ChatMessage(
            id="2",
            who="assistant",
            text="全日制硕士，单位在企业名录内的，每月 1200 元，最长 36 个月。\n还差一项：养老保险连续缴了几个月？",
            citations=[LIVING, OPENING],
            links=[
                {"label": "去申请", "action": "screen", "target": "form"},
                {"label": "补助怎么发", "action": "say", "target": "补助怎么发？"},
            ],
            ratable=True,
        ),
        b.ChatMessage(
            id="3",
            who="assistant",
            text="",
            blocks=[
                b.Form(
                    id="chat:pension",
                    fields=[
                        b.NumberField(
                            name="pension_months_consecutive",
                            label="养老保险连续缴了几个月",
                            unit="个月",
                            help="不含补缴",
                        )
                    ],
                    submit=button("告诉助手", b.Submit(method="PUT", path="/applications/a1/facts"), "primary"),
                )
            ],
        ),
        b.ChatMessage(
            id="4",
            who="assistant",
            text="劳动合同还没交，可以现在拍：",
            blocks=[b.Upload(id="chat:contract", slot=CONTRACT)],
        ),
    ]
    return b.Screen(
        name="assistant", title="问助手", blocks=[young.model_copy(update={"messages": talk})], cache=b.Cache(fresh=600)
    )


def consent(args: Mapping, script) -> b.Screen:
    """The question before the first personal field."""
    block = next(block for block in examples.BLOCKS if isinstance(block, b.Consent))
    return b.Screen(name="consent", title="个人信息", blocks=[block])


def article(args: Mapping, script) -> b.Screen:
    """One article."""
    block = next(block for block in examples.BLOCKS if isinstance(block, b.Article))
    official = "（导入的文件原文显示在这里。）"
    return b.Screen(
        name="article",
        title="政策依据",
        cache=b.Cache(fresh=3600, offline=True, personal=False),
        blocks=[block.model_copy(update={"official": official}), b.Citations(title="相关", citations=[OPENING])],
    )


def cities(args: Mapping, script) -> b.Screen:
    """Choosing a city."""
    home_again = b.Navigate(screen="home", mode="root")
    rows = [
        b.Row(title=name, note=note, icon=b.Icon.LOCATION, action=b.Prefer(key="city", value=city, then=home_again))
        for city, name, note in [("nanhe", "南河市", "32 个事项"), ("beihe", "北河市", "12 个事项")]
    ]
    return b.Screen(name="cities", title="选择城市", blocks=[b.List(rows=rows)])


def appointment(args: Mapping, script) -> b.Screen:
    """Booking a time at a window."""
    slots = [b.Slot(value=f"2026-11-24T{h:02}:00", label=f"{h}:00–{h}:30", left="余 3") for h in range(9, 12)]
    days = [
        b.SlotDay(
            label="11月24日 周二", slots=[*slots, b.Slot(value="x", label="14:30–15:00", left="约满", disabled=True)]
        ),
        b.SlotDay(label="11月25日 周三", slots=slots),
        b.SlotDay(label="11月28日 周六", slots=[], closed="周末不上班"),
    ]
    return b.Screen(
        name="appointment",
        title="预约窗口",
        actions=[button("预约", b.Submit(path="/appointments", under=None, then=b.Back()), "primary")],
        blocks=[
            window(),
            b.Form(id="appointment", fields=[b.SlotField(name="slot", label="选一个时间", required=True, days=days)]),
        ],
    )


def complaint(args: Mapping, script) -> b.Screen:
    """Complaints and suggestions."""
    kinds = [
        b.Option(value="slow", label="办得慢"),
        b.Option(value="rude", label="态度不好"),
        b.Option(value="wrong", label="结果有误"),
    ]
    return b.Screen(
        name="complaint",
        title="投诉和建议",
        actions=[button("提交", b.Submit(path="/complaints", under=None, then=b.Back()), "primary")],
        blocks=[
            b.Form(
                id="complaint",
                fields=[
                    b.ChoiceField(name="kind", label="是哪方面", style="chips", options=kinds, required=True),
                    b.TextField(name="text", label="说说情况", required=True, lines=5, max_length=1000),
                    b.PhotosField(name="photos", label="照片", upload="/complaints/photos"),
                    b.TextField(name="phone", label="联系电话", keyboard="phone", max_length=20),
                ],
            ),
            b.Text(text="也可以打电话：0372-1234567（工作日）", style="muted"),
        ],
    )


def rating(args: Mapping, script) -> b.Screen:
    """How it went."""
    return b.Screen(
        name="rating",
        title="评价",
        blocks=[
            b.Rating(
                title="这次办得怎么样",
                path="/applications/a1/rating",
                tags=["办得快", "说得清楚", "材料太多", "跑了几趟"],
            )
        ],
    )


def employer(args: Mapping, script) -> b.Screen:
    """What an employer's HR has to do."""
    card = b.Card(
        title="王*明 · 急需紧缺人才认定",
        text="硕士研究生，2026年11月3日入职",
        icon=b.Icon.PERSON,
        badge=b.Badge(text="待初审", tone=b.Tone.WARNING),
        meta=["11月20日收到", "还剩 5 个工作日"],
        action=go("application"),
    )
    tabs = [b.Tab(value="open", label="待办", badge="1"), b.Tab(value="done", label="已办")]
    return b.Screen(
        name="employer",
        title="单位工作台",
        blocks=[
            b.Heading(text="南河星辰科技有限公司", level=1),
            b.Tabs(param="state", value=args.get("state", "open"), tabs=tabs),
            card
            if args.get("state", "open") == "open"
            else b.Empty(title="还没有办过的", text="初审通过或退回后会出现在这里。"),
        ],
    )


def privacy(args: Mapping, script) -> b.Screen:
    """What is agreed to, what can be taken away."""
    wipe = b.Call(
        method="DELETE",
        path="/me",
        confirm=b.Confirm(title="删除我的数据？", text="在办的申请会撤回。删除后不能恢复。", yes="删除", danger=True),
    )
    return b.Screen(
        name="privacy",
        title="个人信息与隐私",
        blocks=[
            b.KeyValues(
                title="你同意过的",
                rows=[
                    b.KeyValue(label="版本", value="2026-11-01"),
                    b.KeyValue(label="时间", value="2026年11月20日 10:02"),
                ],
            ),
            b.File(
                title="导出我的全部数据",
                note="JSON 和 PDF",
                open=b.OpenFile(path="/pages/p1/full", name="我的数据.json"),
            ),
            b.Buttons(
                buttons=[
                    button("撤回同意", b.Call(path="/consents/withdrawal")),
                    button("删除我的数据", wipe, "danger"),
                ]
            ),
        ],
    )


def display(args: Mapping, script) -> b.Screen:
    """Larger type, light and dark."""
    sizes = [("normal", "标准"), ("large", "大字"), ("huge", "特大字")]
    themes = [("auto", "跟随系统"), ("light", "浅色"), ("dark", "深色")]
    return b.Screen(
        name="display",
        title="显示",
        blocks=[
            b.List(title="字号", rows=[b.Row(title=t, action=b.Prefer(key="type_size", value=v)) for v, t in sizes]),
            b.List(title="颜色", rows=[b.Row(title=t, action=b.Prefer(key="theme", value=v)) for v, t in themes]),
        ],
    )


def help_(args: Mapping, script) -> b.Screen:
    """Questions and answers."""
    return b.Screen(
        name="help",
        title="帮助",
        blocks=[
            b.Faq(
                questions=[
                    b.Question(question="补助发到哪张卡？", answer="申请表上填的本人银行卡。", citations=[LIVING]),
                    b.Question(question="填到一半退出了怎么办？", answer="填过的都在，打开接着填。"),
                ]
            ),
            window(),
        ],
    )


def every_block(args: Mapping, script) -> b.Screen:
    """The example of every block, one under the other."""
    return b.Screen(
        name="blocks", title="全部内容块", blocks=[block for block in examples.BLOCKS if not isinstance(block, b.Chat)]
    )


def every_field(args: Mapping, script) -> b.Screen:
    """The example of every field."""
    return b.Screen(name="fields", title="全部输入项", blocks=[b.Form(id="every-field", fields=examples.FIELDS)])


SCREENS: dict[str, Callable[[Mapping, object], b.Screen]] = {
    **{
        compose.__name__: compose
        for compose in (
            home, items, item, check, result, form, materials, review, application, correction, notice, card, payments,
            facts, me, messages, reminders, assistant, consent, article, cities, appointment, complaint, rating,
            employer, privacy, display,
        )
    },
    "help": help_,
    "blocks": every_block,
    "fields": every_field,
}  # fmt: skip
