"""What an act is called on the audit page: one line for each action that is recorded; a test finds a missing one."""

from collections.abc import Mapping

ACTIONS: Mapping[str, str] = {
    "sign_in": "登录",
    "sign_in_failed": "登录失败",
    "sign_out": "退出",
    "session_ended": "结束其他登录",
    "password_changed": "更改密码",
    "code_reset": "重发一次性密码",
    "office_created": "建立机构",
    "office_closed": "停用机构",
    "staff_created": "建立账号",
    "staff_disabled": "停用账号",
    "staff_moved": "调动人员",
    "desk_changed": "更改值班台",
    "absence_recorded": "登记离岗",
    "absence_ended": "结束离岗",
    "files_handed_over": "移交档案",
    "audit_read": "查看审计",
    "people_listed": "查看名单",
    "see_person": "查看档案",
    "see_alerts": "查看预警",
    "see_calls": "查看批量电话",
    "see_checkins": "查看报告与走访",
    "see_debts": "查看待补录",
    "take_in": "接收登记",
    "correct_phone": "更正电话",
    "record_calls": "批量登记电话",
    "record_many": "批量登记",
    "withdraw": "作废记录",
    "take_roll_call": "点名",
}
