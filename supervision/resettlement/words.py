"""How the codes of resettlement help are called on pages and in sheets (law c.6, c.7): words of help, never of blame."""

from supervision.language import N_
from supervision.language import gettext as _

SOURCES = {
    "prison": N_("监狱释放"),
    "detention": N_("看守所释放"),
    "correction": N_("社区矫正转入"),
    "survey": N_("摸排补录"),
    "moved_in": N_("户籍迁入"),
    "other": N_("其他"),
}
FORM = {
    "crime": N_("罪名"), "sentence": N_("原判刑期"), "prison": N_("服刑场所"), "release_on": N_("释放日期"),
    "help_from": N_("帮教起始日期"), "help_to": N_("帮教截止日期"), "family_name": N_("家属姓名"), "marriage": N_("婚姻状况"),
    "education": N_("文化程度"), "work": N_("就业情况"), "health": N_("身体状况"), "economy": N_("经济状况"), "remark": N_("备注"),
    "former_name": N_("曾用名"), "nation": N_("民族"), "rural": N_("是否农村户籍"), "recidivist": N_("是否累犯"), "drugs": N_("吸毒史"),
    "trained": N_("是否参加职业技能培训"), "certified": N_("是否获得职业技能证书"), "sane": N_("是否心理健康"),
    "family_contact": N_("家庭联系情况"), "three_none": N_("是否三无人员"), "performance": N_("改造表现"), "attitude": N_("认罪态度"),
    "prison_notes": N_("服刑期间特殊情况备注"), "county": N_("所属旗县"), "entered_on": N_("录入时间"), "connection": N_("衔接情况"),
    "placement": N_("安置情况"), "not_placed": N_("未安置原因"), "helped": N_("帮教情况"), "reoffended": N_("是否重新犯罪"),
    "new_crime": N_("重新犯罪罪名"), "population": N_("人口类型"), "native_place": N_("籍贯"),
}  # fmt: skip
"""The registration form: what sheets say of a period of help and a later one may change."""
KINDS = {"key": N_("重点"), "general": N_("一般")}
LEVELS = {"first": N_("一类"), "second": N_("二类"), "third": N_("三类")}
STATES = {
    "in_prison": N_("服刑中"),
    "verifying": N_("等待核查"),
    "verified": N_("已核查"),
    "verify_failed": N_("核查未成功"),
    "to_connect": N_("待衔接"),
    "not_connected": N_("未衔接"),
    "connected": N_("已衔接"),
    "in_help": N_("帮教中"),
    "off": N_("失去联系"),
    "dual": N_("双列管"),
    "transfer": N_("迁居移交中"),
    "moved": N_("已迁出"),
    "expired": N_("期满"),
    "deceased": N_("死亡"),
    "reoffended": N_("重新犯罪"),
    "taken_back": N_("转入矫正"),
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
    "unknown": N_("查无此人"),
    "false": N_("虚假信息"),
    "elsewhere": N_("人户分离"),
    "moved": N_("迁出"),
    "demolished": N_("拆迁"),
    "other": N_("其他"),
}
FETCHED = {"government": N_("基层政府接回"), "prison": N_("监所送回原籍"), "office": N_("司法所及基层组织接回")}
ARRIVED = {"village": N_("基层组织及家属接回"), "alone": N_("自返"), "police": N_("公安机关落实管控措施")}
GROUP = {
    "office": N_("司法所"),
    "police": N_("派出所、综治办"),
    "village": N_("社区、村委、企业"),
    "warden": N_("小区、组治安中心户长"),
    "family": N_("家庭及亲属"),
}
PLACES = {
    "home": N_("家中"),
    "office": N_("司法所"),
    "work": N_("工作场所"),
    "phone": N_("电话"),
    "other": N_("其他地点"),
}
MET = {"person": N_("见到本人"), "family": N_("见到家属"), "nobody": N_("没有见到人")}
SUPPORT = {
    "placement": N_("安置"),
    "job_service": N_("就业服务"),
    "social_aid": N_("社会救助"),
    "legal_aid": N_("法律援助"),
    "mediation": N_("人民调解"),
    "training": N_("技能培训"),
    "relief": N_("临时救助"),
}
SUPPORT_CODES = {
    "placement": {
        "land": N_("落实责任田"),
        "public": N_("公益性岗位"),
        "founding": N_("自主创业"),
        "own": N_("个体经营"),
        "company": N_("企业和经济实体吸纳"),
        "other": N_("其他"),
    },
    "job_service": {"register": N_("失业登记"), "skill": N_("技能培训"), "recommended": N_("推荐就业")},
    "social_aid": {
        "minimum": N_("低保"),
        "dependent": N_("特困供养"),
        "medical": N_("医疗"),
        "school": N_("教育"),
        "housing": N_("住房"),
        "benefit": N_("其他救助"),
    },
}
"""Kind of support → its codes; kinds that aren't here have none."""
CODES = {code: word for table in SUPPORT_CODES.values() for code, word in table.items()}
DEPARTMENTS = {
    "development": N_("发展改革"),
    "education": N_("教育"),
    "police": N_("公安"),
    "civil": N_("民政"),
    "finance": N_("财政"),
    "labour": N_("人力资源社会保障"),
    "housing": N_("住房城乡建设"),
    "health": N_("卫生健康"),
    "market": N_("市场监管"),
    "approval": N_("行政审批"),
    "insurance": N_("医疗保障"),
    "tax": N_("税务"),
    "union": N_("工会"),
    "youth": N_("共青团"),
    "women": N_("妇联"),
    "disabled": N_("残联"),
}
"""Departments and groups that share in the work (law RA-02)."""
GROUNDS = {
    "homeless": N_("无家可归"),
    "jobless": N_("无业可就"),
    "kinless": N_("无亲可投"),
    "gang": N_("涉黑"),
    "terror": N_("涉恐"),
    "cult": N_("涉邪"),
    "drugs": N_("涉毒"),
    "guns": N_("涉枪"),
    "again": N_("累犯"),
    "mental": N_("精神障碍"),
    "minor": N_("未成年人"),
}
"""Each of these alone makes somebody a key person, who needs help first (law RA-09)."""
FACTORS = {
    f"f{number:02d}": label
    for number, label in enumerate(
        (
            N_("身份证件"),
            N_("住址"),
            N_("年龄"),
            N_("文化程度"),
            N_("职业"),
            N_("生活来源"),
            N_("固定住所"),
            N_("身体状况"),
            N_("婚姻"),
            N_("家庭关系"),
            N_("家庭经济"),
            N_("家庭成员犯罪记录"),
            N_("家庭精神病史"),
            N_("罪名类型"),
            N_("主观恶性"),
            N_("是否累犯"),
            N_("心理状况"),
            N_("自控能力"),
            N_("法律知识"),
            N_("对社会的态度"),
            N_("交往圈"),
            N_("社会心态"),
            N_("刑期"),
            N_("认罪态度"),
            N_("改造表现"),
            N_("劳动技能"),
            N_("监所评估"),
            N_("回归去向"),
            N_("对帮教的态度"),
            N_("三无情况"),
        ),
        start=1,
    )
}
"""The thirty factors of the assessment (law c.6); their weights aren't known, so they are counted."""
SIDES = {"village": N_("村居"), "township": N_("乡镇（街道）")}
GRADES = {"good": N_("良好"), "steady": N_("平稳"), "needs": N_("需要更多帮助")}
GUARDIANS = {
    "parent": N_("父母"),
    "grandparent": N_("祖父母、外祖父母"),
    "relative": N_("其他亲属"),
    "welfare": N_("福利机构"),
    "nobody": N_("无人监护"),
}
HARDSHIPS = {
    "none": N_("没有困难"),
    "poor": N_("生活困难"),
    "no_school": N_("失学辍学"),
    "wandering": N_("流浪"),
    "ill": N_("患病、残疾"),
    "other": N_("其他困难"),
}
BASE_KINDS = {"enterprise": N_("企业认证"), "government": N_("政府投入为主")}
ENDS = {"expired": N_("期满"), "deceased": N_("死亡"), "reoffended": N_("重新犯罪"), "moved": N_("迁出")}
BEGINNINGS = {
    "known": N_("收到服刑信息"),
    "announced": N_("列入预释放名单"),
    "came": N_("衔接登记"),
    "carried_over": N_("转入帮教"),
}


def support_title(kind: str, code: str | None) -> str:
    """“安置：公益性岗位”, “法律援助”, in the language of the request."""
    return with_detail(_(SUPPORT[kind]), _(SUPPORT_CODES[kind][code]) if code else "")


def with_detail(what: str, detail: str) -> str:
    """“接回：监所送回原籍”, of words that are said already; without a detail only what it is."""
    return _("%(what)s：%(detail)s") % {"what": what, "detail": detail} if detail else what
