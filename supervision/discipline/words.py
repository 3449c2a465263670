"""How the codes of discipline are called on pages, in letters and in lists of choices."""

from supervision.language import N_

MEASURES = {
    "education": N_("批评教育"),
    "admonition": N_("训诫"),
    "warning": N_("警告"),
    "police_penalty": N_("提请治安管理处罚"),
    "candidate": N_("撤销、收监候选"),
}
STATES = {
    "clue": N_("线索"),
    "opened": N_("调查取证"),
    "investigated": N_("待提出建议"),
    "proposed": N_("待法制审核"),
    "reviewed": N_("待决定"),
    "decided": N_("待送达"),
    "served": N_("已送达"),
    "objection": N_("异议处理中"),
    "psb_pending": N_("待公安机关结果"),
    "filed": N_("已归档"),
    "closed_no": N_("不予处理"),
    "withdrawn": N_("决定已撤销"),
}
SOURCES = {
    "alert": N_("预警"),
    "hand": N_("工作中发现"),
    "procuratorate": N_("检察院"),
    "police": N_("公安机关"),
    "tip": N_("举报"),
}
BREACHES = {
    "off_control": N_("不按时报到或者脱离监管"),
    "rules": N_("违反报告、会客、外出、迁居规定"),
    "education": N_("不按规定参加教育学习等活动"),
    "ban": N_("违反禁止令"),
    "recheck": N_("不按时提交病情复查（保外就医）"),
    "attack": N_("殴打、威胁、侮辱、骚扰、报复工作人员或者其近亲属"),
    "other": N_("其他违反监督管理规定"),
}
WEIGHTS = {
    "minor": N_("情节轻微"),
    "heavier": N_("情节较重"),
    "grave": N_("情节严重，应受治安管理处罚或者提请撤销、收监"),
}
EVIDENCE = {
    "hearing": N_("询问（谈话）笔录"),
    "statement": N_("本人陈述"),
    "record": N_("报告、定位、签到等记录"),
    "witness": N_("证人证言"),
    "education": N_("教育记录"),
    "other": N_("其他证据"),
}
EVENTS = {
    "report": N_("登记线索"),
    "open": N_("立案"),
    "dismiss": N_("不予处理"),
    "investigate": N_("查清事实"),
    "propose": N_("提出建议"),
    "review": N_("法制审核通过"),
    "send_back": N_("法制审核退回"),
    "return": N_("退回补充"),
    "decide": N_("作出决定"),
    "educate": N_("决定批评教育"),
    "ask_police": N_("决定提请治安管理处罚"),
    "police_answer": N_("公安机关已有结果"),
    "serve": N_("送达"),
    "object": N_("提出异议"),
    "answer_objection": N_("异议已处理"),
    "file": N_("归档"),
    "correct": N_("撤销决定"),
}
SERVED_HOW = {"signed": N_("本人签收"), "refused": N_("本人拒绝签收（见证人在场，留置送达）")}
GROUNDS = {"two_warnings": N_("两次警告"), "over_a_month": N_("逾期报到或者脱管超过一个月"), "other": N_("案件中列入")}
CANDIDATE_ENDS = {"proposed": N_("提请撤销（收监）"), "not_proposed": N_("不予提请")}
