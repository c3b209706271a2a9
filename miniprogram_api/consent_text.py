"""The text people agree to before anything personal is kept. A change of a word is a new version."""

import hashlib
from dataclasses import dataclass

VERSION = "2026-11-21"


@dataclass(frozen=True)
class Scope:
    """One purpose that is agreed to on its own."""

    id: str
    label: str
    text: str
    required: bool = True
    sensitive: bool = False


TITLE = "个人信息处理规则"
SUMMARY = (
    "我们只为办理您选择的人才服务事项收集必要的信息，存放在境内的政务服务器上，"
    "不用于其他目的，不提供给无关的单位和个人。"
)
SECTIONS = (
    (
        "收集哪些信息，为什么",
        "姓名、身份证号码、手机号码用于确认申请人；学历、工作单位、劳动合同、参保等信息用于判断您符合哪些政策；"
        "您上传的材料照片用于受理和审核；银行账号用于发放补贴。哪些事项用到哪些信息，填写时都会说明。",
    ),
    (
        "谁能看到",
        "只有办理您申请的窗口、部门和用人单位人事能看到与办理有关的内容，每一次查看都有记录，您可以在“隐私”里查看。"
        "公示名单只显示部分姓名。身份证号码、手机号码和银行账号加密保存，显示时打码。"
        "在微信里提交的留言、投诉、异议和评价，文字会隐去号码后交给微信做内容安全检查；提醒由微信发送。",
    ),
    (
        "保存多久",
        "没有提交的草稿和对话，您可以随时删除。已经提交的申请按档案管理要求保存，期满后删除。",
    ),
    (
        "您的权利",
        "您可以随时查看、更正、删除您的信息，导出一份完整的副本，撤回同意或者注销。撤回同意不影响撤回前已经办理的事项。",
    ),
    ("联系我们", "对个人信息的处理有疑问，可以在“留言”里告诉我们，五个工作日内答复。"),
)
SCOPES = (
    Scope("privacy", "办理人才服务所需的个人信息", "用于判断政策条件、填写申请和通知您办理进度。"),
    Scope(
        "sensitive",
        "身份证号码、银行账号和证件照片",
        "属于敏感个人信息，单独征得您的同意；只用于核验身份和发放补贴，加密保存。",
        sensitive=True,
    ),
    Scope("employer_share", "把申请内容交用人单位人事初审", "需要单位初审的事项才会用到。", required=False),
)


def text_hash() -> str:
    """Return the hash of everything that is agreed to: text, purposes, version."""
    scopes = "\n".join(f"{scope.id}|{scope.label}|{scope.text}" for scope in SCOPES)
    sections = "\n".join(f"{title}|{text}" for title, text in SECTIONS)
    return hashlib.sha256(f"{VERSION}\n{TITLE}\n{SUMMARY}\n{sections}\n{scopes}".encode()).hexdigest()
