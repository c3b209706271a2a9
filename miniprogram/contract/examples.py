"""One believable example of every block, form field and action.

They stand in docs/blocks.md, and the tests draw each of them, so an example that is wrong does not stay.
"""

from miniprogram_api.screens import blocks as b

OPENING = b.Citation(document="opinion-2020", article="6", title="人才引进若干意见", label="若干意见 第六条")
LIVING = b.Citation(document="living-2020", article="3", title="生活补助发放细则", label="生活补助细则 第三条")
BOTH_BUYERS = b.Citation(document="purchase-2020", article="3", title="购房补贴发放细则", label="购房补贴细则 第三条")
PIXEL = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
MONTHLY = b.Amount(value="1,200", unit="元/月", note="最长 36 个月")
TO_ITEM = b.Navigate(screen="item", params={"item": "living_allowance"})
TO_FACTS = b.Button(label="去补充", action=b.Navigate(screen="facts"), style="plain")
ASK = b.SubscribeAsk(
    templates=["tpl-progress", "tpl-correction"], names=["办理进度", "补正通知"], why="进度有变化时提醒你"
)
FIRST_PAGE = b.Page(
    id="p1",
    picture=b.Picture(thumb="/pages/p1/thumb", full="/pages/p1/picture", text="毕业证 第 1 页"),
    name="第 1 页",
    state="good",
    path="/pages/p1",
)
DIPLOMA = b.MaterialSlot(
    id="diploma",
    name="毕业证书",
    copies="复印件 1 份，核验原件",
    look="拍内页，照片、校名、编号都要看得清",
    state="uploaded",
    state_text="已上传 1 页",
    pages=[FIRST_PAGE],
    upload="/applications/a1/materials/diploma/pages",
    example=b.Example(shape="booklet", do=["四角都在画面内", "文字清楚能读"], avoid=["反光", "手指遮挡"]),
    remove=b.Call(method="DELETE", path="/materials/m3", then=b.Reload()),
    citations=[LIVING],
)
CONTRACT = b.MaterialSlot(
    id="contract",
    name="劳动合同",
    look="从第一页到签字盖章页，按顺序拍",
    state="missing",
    state_text="未上传",
    upload="/applications/a1/materials/contract/pages",
    example=b.Example(shape="page", do=["一页一张，按顺序"], avoid=["阴影盖住文字"]),
    form=b.OpenFile(path="/forms/contract-cover", name="合同封面.pdf"),
    reuse=[
        b.Reuse(
            label="用 3月2日 交过的这份",
            call=b.Call(path="/applications/a1/materials/contract/reuse", body={"material": "m7"}),
        )
    ],
)

FIELDS: tuple[b.FormField, ...] = (
    b.TextField(
        name="employer_name",
        label="单位全称",
        required=True,
        help="按营业执照填写",
        value="南河某某科技有限公司",
        source="9月3日你告诉过助手",
        suggest="/employers",
        max_length=60,
    ),
    b.NumberField(name="contract_years", label="合同年限", minimum=0, maximum=50, decimals=1, unit="年"),
    b.DateField(name="hired_on", label="入职日期", earliest="2000-01-01", latest="2026-11-20", required=True),
    b.MonthField(name="payable_month", label="所属月份"),
    b.ChoiceField(
        name="education",
        label="最高学历",
        options=[
            b.Option(value="doctor", label="博士研究生"),
            b.Option(value="master", label="硕士研究生"),
            b.Option(value="bachelor", label="本科"),
        ],
        value="master",
        why="学历决定补助的档次。",
        citations=[LIVING],
    ),
    b.MultiChoiceField(
        name="documents",
        label="手上有哪些材料",
        options=[b.Option(value="id", label="身份证"), b.Option(value="diploma", label="毕业证")],
    ),
    b.YesNoField(name="education_full_time", label="是普通高校全日制吗", unknown="不清楚"),
    b.MonthRangesField(name="pension_paid_ranges", label="养老保险缴纳月份", value=[["2025-12", "2026-10"]]),
    b.SlotField(
        name="slot",
        label="选一个时间",
        days=[
            b.SlotDay(
                label="11月24日 周二",
                slots=[
                    b.Slot(value="2026-11-24T09:00", label="9:00–9:30", left="余 3"),
                    b.Slot(value="2026-11-24T09:30", label="9:30–10:00", left="约满", disabled=True),
                ],
            ),
            b.SlotDay(label="11月25日 周三", slots=[b.Slot(value="2026-11-25T09:00", label="9:00–9:30", left="余 5")]),
        ],
    ),
    b.StarsField(name="stars", label="这次办得怎么样"),
    b.PhotosField(name="photos", label="照片（可不传）", upload="/complaints/photos"),
    b.ObjectField(
        name="purchased_home",
        label="在本市买的房",
        none="没有买房",
        fields=[
            b.ChoiceField(
                name="type",
                label="新房还是二手房",
                style="chips",
                options=[b.Option(value="new", label="新房"), b.Option(value="second_hand", label="二手房")],
            ),
            b.DateField(name="signed_on", label="签约日期"),
        ],
    ),
)

ACTIONS: tuple[b.Action, ...] = (
    b.Navigate(screen="item", params={"item": "living_allowance"}),
    b.Back(),
    b.Reload(),
    ASK,
    b.Call(
        path="/applications/a1/withdrawal",
        confirm=b.Confirm(title="撤回申请？", text="撤回后可以改完重新提交。", yes="撤回", danger=True),
        then=b.Reload(),
    ),
    b.Submit(
        path="/applications/a1/submission",
        ask=ASK,
        busy="正在提交…",
        then=b.Navigate(screen="application", params={"application": "a1"}, mode="replace"),
    ),
    b.Find(screen="result", params={"item": "living_allowance"}),
    b.OpenArticle(document="living-2020", article="3"),
    b.Dial(phone="0372-1234567"),
    b.OpenMap(name="人才服务窗口", address="南河市文苑区某路 1 号", search="南河市文苑区某路 1 号"),
    b.Copy(text="NH2026-0001"),
    b.Say(text="生活补助能领多久？"),
    b.OpenFile(path="/applications/a1/form", name="申请表.pdf"),
    b.Share(title="引进人才生活补助", lines=["全日制硕士", "最长 36 个月"], amount=MONTHLY, screen="item"),
    b.Prefer(key="type_size", value="large"),
    b.SignIn(),
    b.SignOut(confirm=b.Confirm(title="退出登录？", text="本机上的草稿也会清除。", yes="退出")),
)

BLOCKS: tuple[b.Block, ...] = (
    b.Heading(
        text="我能申请什么",
        note="按你告诉我们的 6 项信息",
        more=b.Button(label="全部", action=b.Navigate(screen="items")),
    ),
    b.Text(text="补助从认定的次月算起，按实际参保月份发放。"),
    b.Notice(
        title="还差一份材料",
        text="劳动合同缺盖章页，11月27日前补上就行。",
        tone=b.Tone.WARNING,
        buttons=[b.Button(label="去补", action=b.Navigate(screen="materials"), style="primary")],
    ),
    b.Hero(
        title="王*明，下午好",
        text="有 1 件事在办，1 件等你补材料",
        city=b.Button(label="南河市", action=b.Navigate(screen="cities")),
        placeholder="想问什么，直接说",
        ask=True,
        suggestions=["硕士每月能领多少", "买房补贴怎么申请"],
    ),
    b.Figures(
        figures=[
            b.Figure(label="可申请", value="3", unit="项", action=b.Navigate(screen="items")),
            b.Figure(label="在办", value="1", unit="件"),
            b.Figure(label="等你处理", value="1", unit="件", tone=b.Tone.WARNING),
        ]
    ),
    b.Tiles(
        tiles=[
            b.Tile(icon=b.Icon.CARD, label="人才认定", action=TO_ITEM),
            b.Tile(
                icon=b.Icon.MONEY, label="生活补助", action=TO_ITEM, badge=b.Badge(text="可领", tone=b.Tone.SUCCESS)
            ),
            b.Tile(icon=b.Icon.HOUSE, label="买房安家", action=TO_ITEM),
            b.Tile(icon=b.Icon.STARTUP, label="创业", action=TO_ITEM),
        ]
    ),
    b.Tabs(
        param="group",
        value="live",
        tabs=[b.Tab(value="live", label="安家"), b.Tab(value="work", label="工作"), b.Tab(value="start", label="创业")],
    ),
    b.Search(screen="items", placeholder="搜事项，如“落户”", suggestions=["生活补助", "落户", "公交卡"]),
    b.Card(
        title="急需紧缺人才认定",
        text="在用人单位初审",
        icon=b.Icon.CARD,
        badge=b.Badge(text="办理中", tone=b.Tone.INFO),
        meta=["11月20日提交", "还剩 3 个工作日"],
        action=b.Navigate(screen="application", params={"application": "a1"}),
    ),
    b.List(
        title="服务",
        rows=[
            b.Row(
                title="服务窗口", note="地址、电话、上班时间", icon=b.Icon.LOCATION, action=b.Navigate(screen="windows")
            ),
            b.Row(title="大字版", value="关", icon=b.Icon.SETTINGS, action=b.Prefer(key="type_size", value="large")),
        ],
    ),
    b.KeyValues(
        title="个人信息",
        rows=[
            b.KeyValue(label="姓名", value="王*明"),
            b.KeyValue(label="受理编号", value="NH2026-0001", copyable=True),
        ],
        edit=b.Button(label="修改", action=b.Navigate(screen="form")),
    ),
    b.Buttons(
        buttons=[
            b.Button(label="测一测", action=b.Navigate(screen="check"), style="primary"),
            b.Button(label="问助手", action=b.Say(text="生活补助怎么领？"), icon=b.Icon.CHAT),
        ]
    ),
    b.Empty(
        title="还没有申请",
        text="先测一测你能享受哪些政策，两分钟。",
        buttons=[b.Button(label="测一测", action=b.Navigate(screen="check"), style="primary")],
    ),
    b.Progress(current=2, total=4, label="用人单位", steps=["个人", "用人单位", "材料", "提交"]),
    b.File(title="申请表", note="PDF，1 页", open=b.OpenFile(path="/applications/a1/form", name="申请表.pdf")),
    b.BenefitCard(
        item="living_allowance",
        name="引进人才生活补助",
        line="在南河工作的人才，按月领一份补助",
        amount=MONTHLY,
        verdict=b.VerdictKind.ELIGIBLE,
        verdict_text="可申请",
        agency="市人社局",
        action=TO_ITEM,
    ),
    b.Verdict(
        verdict=b.VerdictKind.NEEDS_INFO,
        title="还差 1 项信息",
        text="补上之后马上有结果。",
        amount=MONTHLY,
        reasons=[
            b.Reason(mark="met", text="全日制硕士研究生", citations=[LIVING]),
            b.Reason(mark="missing", text="养老保险连续缴了几个月", action=TO_FACTS, citations=[LIVING]),
        ],
        eligible_from="参保满 3 个月后即可申请",
    ),
    b.Money(
        label="每月补助",
        amount=b.Amount(value="1,200.00", unit="元"),
        shares=[
            b.ShareOfCost(payer="用人单位", amount=b.Amount(value="400.00", unit="元"), fraction="1/3"),
            b.ShareOfCost(payer="市财政", amount=b.Amount(value="240.00", unit="元"), fraction="1/5"),
            b.ShareOfCost(payer="区财政", amount=b.Amount(value="560.00", unit="元"), fraction="7/15"),
        ],
        citations=[OPENING],
    ),
    b.Citations(title="依据", citations=[LIVING, OPENING]),
    b.Article(
        document="living-2020",
        article="3",
        title="生活补助发放细则",
        heading="第三条 补助标准",
        text="全日制硕士每月 1200 元，从引进次月起算，最长三年。",
        dated="2020年3月27日起施行",
    ),
    b.OpenQuestion(
        title="配偶名下的房子算不算",
        text="两处文件说法不一样，由窗口认定。",
        readings=["一处说夫妻一方购买即可", "另一处说购房人必须是本人"],
        citations=[OPENING, BOTH_BUYERS],
        buttons=[b.Button(label="问窗口", action=b.Dial(phone="0372-1234567"), icon=b.Icon.PHONE)],
    ),
    b.Steps(
        title="怎么办",
        steps=[
            b.Step(title="用人单位初审", by="用人单位"),
            b.Step(title="公示", by="市人社局", limit="5 个工作日", citations=[LIVING]),
        ],
    ),
    b.Window(
        name="人才服务窗口",
        agency="市人社局",
        address="南河市文苑区某路 1 号",
        hours="工作日 8:30–12:00，14:30–17:30",
        phones=["0372-1234567"],
        map=b.OpenMap(name="人才服务窗口", address="南河市文苑区某路 1 号", search="南河市文苑区某路 1 号"),
        buttons=[b.Button(label="预约", action=b.Navigate(screen="appointment"))],
    ),
    b.Faq(questions=[b.Question(question="补助发到哪张卡？", answer="申请表上填的本人银行卡。", citations=[LIVING])]),
    b.Timeline(
        entries=[
            b.TimelineEntry(state="done", title="提交申请", at="11月20日 10:12"),
            b.TimelineEntry(
                state="current", title="用人单位初审", desk="南河某某科技有限公司", due="11月27日前（还剩 5 个工作日）"
            ),
            b.TimelineEntry(state="waiting", title="公示 5 个工作日"),
        ]
    ),
    b.Ledger(
        title="生活补助",
        total=b.Amount(value="6,000.00", unit="元", note="已发 5 个月"),
        progress="第 5 个月，共 36 个月",
        months=[
            b.LedgerMonth(
                month="2026年10月",
                state="paid",
                state_text="已发放",
                value="1,200.00",
                shares=[b.LedgerShare(payer="用人单位", value="400.00"), b.LedgerShare(payer="财政", value="800.00")],
            ),
            b.LedgerMonth(month="2026年9月", state="missed", state_text="当月未参保，不补发", value="0.00"),
        ],
    ),
    b.TalentCard(
        title="人才服务一卡通",
        city="南河市",
        holder="王*明",
        number="NH-2026-000128",
        category="急需紧缺人才 · 硕士",
        valid="2026年11月20日起有效",
        state=b.Badge(text="有效", tone=b.Tone.SUCCESS),
        qr=b.Qr(image=PIXEL, caption="给窗口扫一扫，60 秒后刷新", expires_in=60),
    ),
    b.Qr(image=PIXEL, caption="签到码"),
    b.Facts(
        title="学历",
        rows=[
            b.FactRow(
                name="education",
                label="最高学历",
                value="硕士研究生",
                source="9月3日你告诉助手",
                used_in=["生活补助"],
                edit=b.Navigate(screen="fact", params={"fact": "education"}),
                remove=b.Call(method="DELETE", path="/facts/education", then=b.Reload()),
            )
        ],
    ),
    b.MessageList(
        messages=[
            b.Message(
                id="m1",
                title="需要补正 1 份材料",
                text="劳动合同缺盖章页。",
                at="今天 10:12",
                unread=True,
                tone=b.Tone.WARNING,
                delivery="已通过微信提醒",
                action=b.Navigate(screen="application", params={"application": "a1"}),
            )
        ]
    ),
    b.Switches(
        title="提醒",
        switches=[
            b.Switch(
                label="截止前提醒",
                note="到期前 3 天",
                on=True,
                change=b.Call(method="PUT", path="/settings/due-reminders"),
            )
        ],
    ),
    b.Reminders(
        reminders=[b.Reminder(name="办理进度", text="每到下一步告诉你", left="还可提醒 2 次", on=True, ask=ASK)],
    ),
    b.Form(
        id="a1:employment",
        title="用人单位",
        fields=FIELDS[:5],
        save=b.Save(path="/applications/a1/facts"),
    ),
    b.Materials(id="a1:materials", title="材料", summary="已备齐 1 / 2 项", slots=[DIPLOMA, CONTRACT]),
    b.Upload(id="a1:contract", slot=CONTRACT),
    b.Declaration(
        title="提交前的承诺",
        lines=["所填内容和材料真实有效。", "如有虚假，按规定退回已领的补助。"],
        label="我已阅读并承诺以上内容",
        submit=b.Button(label="提交", style="primary", action=b.Submit(path="/applications/a1/submission", ask=ASK)),
    ),
    b.Consent(
        version="2026-11-01",
        title="在开始填写之前",
        summary="为了判断你能享受哪些政策，我们需要处理你的个人信息。",
        sections=[b.Question(question="收集什么", answer="姓名、证件号码、学历、单位和参保情况。")],
        scopes=[
            b.ConsentScope(id="service", label="办理人才服务", text="只用于判断资格和办理你提交的申请"),
            b.ConsentScope(id="id_number", label="身份证号码", text="加密保存，只给经办人核对", sensitive=True),
        ],
        then=b.Navigate(screen="home", mode="root"),
        decline=b.Button(label="先不同意，只看政策", action=b.Navigate(screen="items", mode="root"), style="plain"),
    ),
    b.Rating(title="这次办得怎么样", path="/applications/a1/rating", tags=["办得快", "说得清楚", "材料太多"]),
    b.Section(title="要带的材料", note="2 份", blocks=[b.Text(text="身份证原件")]),
    b.Chat(
        messages=[
            b.ChatMessage(id="1", who="me", text="硕士每月能领多少？"),
            b.ChatMessage(
                id="2",
                who="assistant",
                text="全日制硕士每月 1200 元，最长 36 个月。",
                citations=[LIVING],
                links=[{"label": "去申请", "action": "screen", "target": "item?item=living_allowance"}],
                ratable=True,
            ),
        ],
        quick=["买房补贴有多少", "怎么落户"],
        notice="回答依据政策文件，以窗口答复为准",
    ),
)
