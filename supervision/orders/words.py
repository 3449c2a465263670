"""How the codes of orders are called on pages and in lists of choices."""

from supervision.language import N_

KINDS = {
    "probation": N_("缓刑"),
    "parole": N_("假释"),
    "public_surveillance": N_("管制"),
    "temporary_outside": N_("暂予监外执行"),
}
LEVELS = {"strict": N_("严管"), "normal": N_("普管"), "loose": N_("宽管")}
DOCUMENTS = {"summary": N_("个人总结"), "appraisal": N_("期满鉴定"), "certificate": N_("解除社区矫正证明书")}
PAUSES = {"custody": N_("羁押"), "hospital": N_("住院")}
ENDS = {
    "released": N_("期满解除"),
    "revoked": N_("撤销缓刑、假释"),
    "imprisoned": N_("收监执行"),
    "deceased": N_("死亡"),
    "moved_out": N_("迁出"),
    "other_end": N_("其他终止"),
}
DEBTS = {
    "officer": N_("责任人"),
    "class": N_("管理类别"),
    "phone": N_("联系电话"),
    "end_on": N_("矫正结束日期"),
    "state": N_("状态的依据（羁押、结束等）"),
}
EXCUSES = {"excused": N_("准予免除"), "missed": N_("认定未完成"), "void": N_("不再要求")}
