"""How the codes of orders are called on pages and in lists of choices."""

KINDS = {"probation": "缓刑", "parole": "假释", "public_surveillance": "管制", "temporary_outside": "暂予监外执行"}
LEVELS = {"strict": "严管", "normal": "普管", "loose": "宽管"}
DOCUMENTS = {"summary": "个人总结", "appraisal": "期满鉴定", "certificate": "解除社区矫正证明书"}
PAUSES = {"custody": "羁押", "hospital": "住院"}
ENDS = {
    "released": "期满解除",
    "revoked": "撤销缓刑、假释",
    "imprisoned": "收监执行",
    "deceased": "死亡",
    "moved_out": "迁出",
    "other_end": "其他终止",
}
DEBTS = {
    "officer": "责任人",
    "class": "管理类别",
    "phone": "联系电话",
    "end_on": "矫正结束日期",
    "state": "状态的依据（羁押、结束等）",
}
EXCUSES = {"excused": "准予免除", "missed": "认定未完成", "void": "不再要求"}
