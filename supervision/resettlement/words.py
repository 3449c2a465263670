"""How the codes of resettlement help are called on pages and in sheets (law c.6, c.7): words of help, never of blame."""

SOURCES = {
    "prison": "监狱释放",
    "detention": "看守所释放",
    "correction": "社区矫正转入",
    "survey": "摸排补录",
    "moved_in": "户籍迁入",
    "other": "其他",
}
KINDS = {"key": "重点", "general": "一般"}
LEVELS = {"first": "一类", "second": "二类", "third": "三类"}
STATES = {
    "in_prison": "服刑中",
    "verifying": "等待核查",
    "verified": "已核查",
    "verify_failed": "核查未成功",
    "to_connect": "待衔接",
    "not_connected": "未衔接",
    "connected": "已衔接",
    "in_help": "帮教中",
    "off": "失去联系",
    "dual": "双列管",
    "transfer": "迁居移交中",
    "moved": "已迁出",
    "expired": "期满",
    "deceased": "死亡",
    "reoffended": "重新犯罪",
    "taken_back": "转入矫正",
}
BADGES = {
    "to_connect": "due",
    "not_connected": "due",
    "connected": "due",
    "off": "due",
    "verify_failed": "due",
    "in_help": "ok",
    "dual": "ok",
    "transfer": "paused",
}
"""State → the shape before it; the others have none."""
FAILURES = {
    "unknown": "查无此人",
    "false": "虚假信息",
    "elsewhere": "人户分离",
    "moved": "迁出",
    "demolished": "拆迁",
    "other": "其他",
}
FETCHED = {"government": "基层政府接回", "prison": "监所送回原籍", "office": "司法所及基层组织接回"}
ARRIVED = {"village": "基层组织及家属接回", "alone": "自返", "police": "公安机关落实管控措施"}
GROUP = {
    "office": "司法所",
    "police": "派出所、综治办",
    "village": "社区、村委、企业",
    "warden": "小区、组治安中心户长",
    "family": "家庭及亲属",
}
PLACES = {"home": "家中", "office": "司法所", "work": "工作场所", "phone": "电话", "other": "其他地点"}
MET = {"person": "见到本人", "family": "见到家属", "nobody": "没有见到人"}
SUPPORT = {
    "placement": "安置",
    "job_service": "就业服务",
    "social_aid": "社会救助",
    "legal_aid": "法律援助",
    "mediation": "人民调解",
    "training": "技能培训",
    "relief": "临时救助",
}
SUPPORT_CODES = {
    "placement": {
        "land": "落实责任田",
        "public": "公益性岗位",
        "founding": "自主创业",
        "own": "个体经营",
        "company": "企业和经济实体吸纳",
        "other": "其他",
    },
    "job_service": {"register": "失业登记", "skill": "技能培训", "recommended": "推荐就业"},
    "social_aid": {
        "minimum": "低保",
        "dependent": "特困供养",
        "medical": "医疗",
        "school": "教育",
        "housing": "住房",
        "benefit": "其他救助",
    },
}
"""Kind of support → its codes; kinds that aren't here have none."""
CODES = {code: word for table in SUPPORT_CODES.values() for code, word in table.items()}
ENDS = {"expired": "期满", "deceased": "死亡", "reoffended": "重新犯罪", "moved": "迁出"}
BEGINNINGS = {"known": "收到服刑信息", "announced": "列入预释放名单", "came": "衔接登记", "carried_over": "转入帮教"}


def support_title(kind: str, code: str | None) -> str:
    """“安置：公益性岗位”, “法律援助”."""
    return f"{SUPPORT[kind]}：{SUPPORT_CODES[kind][code]}" if code else SUPPORT[kind]
