"""How the codes of discipline are called on pages, in letters and in lists of choices."""

MEASURES = {
    "education": "批评教育",
    "admonition": "训诫",
    "warning": "警告",
    "police_penalty": "提请治安管理处罚",
    "candidate": "撤销、收监候选",
}
STATES = {
    "clue": "线索",
    "opened": "调查取证",
    "investigated": "待提出建议",
    "proposed": "待法制审核",
    "reviewed": "待决定",
    "decided": "待送达",
    "served": "已送达",
    "objection": "异议处理中",
    "psb_pending": "待公安机关结果",
    "filed": "已归档",
    "closed_no": "不予处理",
    "withdrawn": "已撤销",
}
SOURCES = {"alert": "预警", "hand": "工作中发现", "procuratorate": "检察院", "police": "公安机关", "tip": "举报"}
BREACHES = {
    "off_control": "不按时报到或者脱离监管",
    "rules": "违反报告、会客、外出、迁居规定",
    "education": "不按规定参加教育学习等活动",
    "ban": "违反禁止令",
    "recheck": "不按时提交病情复查（保外就医）",
    "other": "其他违反监督管理规定",
}
WEIGHTS = {"minor": "情节轻微", "heavier": "情节较重", "grave": "情节严重，应受治安管理处罚或者提请撤销、收监"}
EVIDENCE = {
    "hearing": "询问（谈话）笔录",
    "statement": "本人陈述",
    "record": "报告、定位、签到等记录",
    "witness": "证人证言",
    "education": "教育记录",
    "other": "其他证据",
}
EVENTS = {
    "report": "登记线索",
    "open": "立案",
    "dismiss": "不予处理",
    "investigate": "查清事实",
    "propose": "提出建议",
    "review": "法制审核通过",
    "send_back": "法制审核退回",
    "return": "退回补充",
    "decide": "作出决定",
    "educate": "决定批评教育",
    "ask_police": "决定提请治安管理处罚",
    "police_answer": "公安机关已有结果",
    "serve": "送达",
    "object": "提出异议",
    "answer_objection": "异议已处理",
    "file": "归档",
    "correct": "撤销决定",
}
SERVED_HOW = {"signed": "本人签收", "refused": "本人拒绝签收（见证人在场，留置送达）"}
GROUNDS = {"two_warnings": "两次警告", "over_a_month": "逾期报到超过一个月", "other": "案件中列入"}
CANDIDATE_ENDS = {"proposed": "提请撤销（收监）", "not_proposed": "不予提请"}
