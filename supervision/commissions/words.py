"""How the codes of commissions are called on pages, and what the form of each plain act asks for."""

from dataclasses import dataclass

from supervision.language import N_
from supervision.orders.words import KINDS

STATES = {
    "received": N_("待指派"),
    "assigned": N_("待调查"),
    "investigating": N_("调查中"),
    "extension_pending": N_("延期协商中"),
    "drafted": N_("待审核"),
    "reviewed": N_("待集体评议"),
    "signed": N_("待反馈"),
    "sent": N_("已反馈"),
    "returned": N_("已退回"),
    "unable": N_("无法评估"),
    "withdrawn": N_("委托撤回"),
    "closed": N_("已办结"),
    "void": N_("已作废"),
}
ORGANS = {
    "court": N_("人民法院"),
    "procuratorate": N_("人民检察院"),
    "police": N_("公安机关"),
    "prison": N_("监狱管理机关"),
}
SUBJECT_KINDS = {"suspect": N_("犯罪嫌疑人"), "defendant": N_("被告人"), "offender": N_("罪犯"), "other": N_("其他")}
SOURCES = {
    "residence": N_("居所"),
    "family": N_("家庭和社会关系"),
    "village": N_("村（居）民委员会"),
    "victim": N_("被害人"),
    "subject": N_("本人"),
    "police": N_("公安派出所"),
    "workplace": N_("单位或学校"),
    "other": N_("其他"),
}
CONTENTS = {
    "residence": N_("居所情况"),
    "family": N_("家庭和社会关系"),
    "consequences": N_("犯罪行为的后果和影响"),
    "opinions": N_("居住地村（居）民委员会和被害人意见"),
    "prohibitions": N_("拟禁止的事项"),
    "danger": N_("社会危险性"),
    "community": N_("对所居住社区的影响"),
}
CONCLUSIONS = {"suitable": N_("适宜社区矫正"), "unsuitable": N_("不适宜社区矫正"), "other": N_("其他意见")}
ADOPTIONS = {"adopted": N_("采信"), "not_adopted": N_("未采信"), "unknown": N_("未获知")}
SENTENCES = {**KINDS, "other": N_("其他处理（不实行社区矫正）"), "unknown": N_("未获知")}
EVENTS = {
    "received": N_("收到委托"),
    "assigned": N_("指派"),
    "returned": N_("退回委托机关"),
    "unable": N_("认定无法评估"),
    "accepted": N_("开始调查"),
    "refused": N_("退回指派"),
    "drafted": N_("提交初稿"),
    "extension_asked": N_("提出延期"),
    "extension_agreed": N_("同意延期"),
    "extension_refused": N_("不同意延期"),
    "approved": N_("审核通过"),
    "rejected": N_("退回修改"),
    "decided": N_("集体评议、签发意见"),
    "sent": N_("反馈委托机关"),
    "concluded": N_("登记采信结果"),
    "resent": N_("重新收到材料"),
    "closed": N_("办结"),
    "organ_withdrew": N_("委托机关撤回"),
    "voided": N_("作废"),
    "reassigned": N_("改派"),
    "undone": N_("撤销上一步"),
}
NOTICES = {
    "informed": N_("向检察院通报接受委托"),
    "copied": N_("向检察院抄送意见书"),
    "explained": N_("向委托机关说明情况"),
}


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
    "returned": Asked(N_("退回时间"), N_("缺少哪些材料"), must_note=True, document=N_("退回函文号"), danger=True),
    "unable": Asked(N_("发现时间"), N_("无法评估的原因（姓名、住址不实，身份不明等）"), must_note=True, danger=True),
    "accepted": Asked(N_("开始时间")),
    "refused": Asked(N_("退回时间"), N_("退回的原因（如不属本所辖区）"), must_note=True),
    "extension_asked": Asked(N_("提出时间"), N_("延期的原因"), must_note=True),
    "extension_agreed": Asked(
        N_("对方同意的时间"), N_("说明"), document=N_("协商函文号"), must_document=True, until=N_("延期至（最后一日）")
    ),
    "extension_refused": Asked(N_("对方答复的时间"), N_("答复内容")),
    "approved": Asked(N_("审核时间"), N_("审核意见")),
    "rejected": Asked(N_("审核时间"), N_("需要修改的内容"), must_note=True),
    "sent": Asked(N_("送出时间"), N_("送达方式"), document=N_("送达文号")),
    "resent": Asked(N_("收到全部材料的时间"), N_("说明")),
    "closed": Asked(N_("办结时间"), N_("说明")),
    "organ_withdrew": Asked(N_("撤回时间"), N_("撤回的原因"), must_note=True, document=N_("撤回函文号"), danger=True),
    "informed": Asked(N_("通报时间"), document=N_("文号")),
    "copied": Asked(N_("抄送时间"), document=N_("文号")),
    "explained": Asked(N_("说明时间"), N_("说明的内容"), document=N_("文号")),
}
