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
}
