"""How the codes of commissions are called on pages, and what the form of each plain act asks for."""

from dataclasses import dataclass

from supervision.orders.words import KINDS

STATES = {
    "received": "待指派",
    "assigned": "待调查",
    "investigating": "调查中",
    "extension_pending": "延期协商中",
    "drafted": "待审核",
    "reviewed": "待集体评议",
    "signed": "待反馈",
    "sent": "已反馈",
    "returned": "已退回",
    "unable": "无法评估",
    "withdrawn": "委托撤回",
    "closed": "已办结",
    "void": "已作废",
}
ORGANS = {"court": "人民法院", "procuratorate": "人民检察院", "police": "公安机关", "prison": "监狱管理机关"}
SUBJECT_KINDS = {"suspect": "犯罪嫌疑人", "defendant": "被告人", "offender": "罪犯", "other": "其他"}
SOURCES = {
    "residence": "居所",
    "family": "家庭和社会关系",
    "village": "村（居）民委员会",
    "victim": "被害人",
    "subject": "本人",
    "police": "公安派出所",
    "workplace": "单位或学校",
    "other": "其他",
}
CONTENTS = {
    "residence": "居所情况",
    "family": "家庭和社会关系",
    "consequences": "犯罪行为的后果和影响",
    "opinions": "居住地村（居）民委员会和被害人意见",
    "prohibitions": "拟禁止的事项",
    "danger": "社会危险性",
    "community": "对所居住社区的影响",
}
CONCLUSIONS = {"suitable": "适宜社区矫正", "unsuitable": "不适宜社区矫正", "other": "其他意见"}
ADOPTIONS = {"adopted": "采信", "not_adopted": "未采信", "unknown": "未获知"}
SENTENCES = {**KINDS, "other": "其他处理（不实行社区矫正）", "unknown": "未获知"}
EVENTS = {
    "received": "收到委托",
    "assigned": "指派",
    "returned": "退回委托机关",
    "unable": "认定无法评估",
    "accepted": "开始调查",
    "refused": "退回指派",
    "drafted": "提交初稿",
    "extension_asked": "提出延期",
    "extension_agreed": "同意延期",
    "extension_refused": "不同意延期",
    "approved": "审核通过",
    "rejected": "退回修改",
    "decided": "集体评议、签发意见",
    "sent": "反馈委托机关",
    "concluded": "登记采信结果",
    "resent": "重新收到材料",
    "closed": "办结",
    "organ_withdrew": "委托机关撤回",
    "voided": "作废",
    "reassigned": "改派",
    "undone": "撤销上一步",
}
NOTICES = {"informed": "向检察院通报接受委托", "copied": "向检察院抄送意见书", "explained": "向委托机关说明情况"}
FACTS = {"act": "办理记录", "record": "调查笔录"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form of a plain act asks for; an empty label: not asked."""

    when: str
    note: str = ""
    must_note: bool = False
    document: str = ""
    must_document: bool = False
    until: str = ""
    danger: bool = False


ASKED = {
    "returned": Asked("退回时间", "缺少哪些材料", must_note=True, document="退回函文号", danger=True),
    "unable": Asked("发现时间", "无法评估的原因（姓名、住址不实，身份不明等）", must_note=True, danger=True),
    "accepted": Asked("开始时间"),
    "refused": Asked("退回时间", "退回的原因（如不属本所辖区）", must_note=True),
    "extension_asked": Asked("提出时间", "延期的原因", must_note=True),
    "extension_agreed": Asked(
        "对方同意的时间", "说明", document="协商函文号", must_document=True, until="延期至（最后一日）"
    ),
    "extension_refused": Asked("对方答复的时间", "答复内容"),
    "approved": Asked("审核时间", "审核意见"),
    "rejected": Asked("审核时间", "需要修改的内容", must_note=True),
    "sent": Asked("送出时间", "送达方式", document="送达文号"),
    "resent": Asked("收到全部材料的时间", "说明"),
    "closed": Asked("办结时间", "说明"),
    "organ_withdrew": Asked("撤回时间", "撤回的原因", must_note=True, document="撤回函文号", danger=True),
    "informed": Asked("通报时间", document="文号"),
    "copied": Asked("抄送时间", document="文号"),
    "explained": Asked("说明时间", "说明的内容", document="文号"),
}
