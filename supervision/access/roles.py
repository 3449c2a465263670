"""Who may do what (law a.18): the one table of permissions, the roles' titles and whose files each role sees."""

from collections.abc import Mapping

from supervision.language import N_

ROLE_TITLES: Mapping[str, str] = {
    "officer": N_("司法所工作人员"),
    "head": N_("司法所负责人"),
    "clerk": N_("区矫正机构经办"),
    "cca_head": N_("区矫正机构负责人"),
    "legal": N_("法制审核"),
    "leader": N_("分管领导"),
    "helper": N_("社会工作者"),
    "window": N_("窗口人员"),
    "inspector": N_("检察监督"),
    "system_admin": N_("系统管理员"),
    "security_admin": N_("安全管理员"),
    "audit_admin": N_("审计管理员"),
}
EVERYBODY = frozenset(ROLE_TITLES)
ADMINS = frozenset({"system_admin", "security_admin", "audit_admin"})
"""They keep the system, its accounts and its audit; none of them can read a case."""
OFFICE_ROLES = frozenset({"officer", "head", "helper"})
"""Roles whose place is a judicial office; all others sit in the bureau."""
DESK_ROLES = frozenset({"clerk", "cca_head"})


def _roles(names: str) -> frozenset[str]:
    return frozenset(names.split())


PERMISSIONS: Mapping[str, frozenset[str]] = {
    "see_people": EVERYBODY - ADMINS - _roles("window"),
    "record": _roles("officer head clerk helper"),
    "withdraw": _roles("officer head clerk"),
    "add_person": _roles("officer head clerk"),
    "correct_contact": _roles("officer head clerk"),
    "register_person": _roles("officer head clerk cca_head"),
    "unseal": _roles("officer head clerk cca_head"),
    "set_class": _roles("clerk cca_head"),
    "assign_officer": _roles("head clerk cca_head"),
    "end_order": _roles("clerk cca_head"),
    "decide_duty": _roles("head clerk cca_head"),
    "pause": _roles("head clerk cca_head"),
    "record_help": _roles("officer head clerk helper"),
    "decide_help": _roles("head clerk cca_head"),
    "import_people": _roles("clerk cca_head"),
    "see_alerts": _roles("officer head clerk cca_head leader inspector"),
    "act_alerts": _roles("officer head clerk cca_head"),
    "see_rollcall": _roles("head clerk cca_head leader inspector"),
    "see_statistics": _roles("head clerk cca_head leader inspector"),
    "keep_statistics": _roles("clerk cca_head"),
    "see_annual": _roles("clerk cca_head leader inspector"),
    "export_ledgers": _roles("officer head clerk cca_head leader inspector"),
    "see_messages": _roles("officer head clerk cca_head"),
    "see_visits": _roles("window clerk cca_head leader inspector"),
    "book_visits": _roles("window clerk cca_head"),
    "keep_visits": _roles("clerk cca_head"),
    "see_files": _roles("officer head clerk cca_head legal leader helper inspector"),
    "see_case_files": _roles("officer head clerk cca_head legal leader inspector"),
    "keep_files": _roles("officer head clerk helper"),
    "remove_files": _roles("cca_head"),
    "see_commissions": _roles("officer head clerk cca_head"),
    "handle_commission": _roles("officer head clerk cca_head"),
    "decide_commission": _roles("clerk cca_head"),
    "sign_commission": _roles("cca_head"),
    "see_discipline": _roles("officer head clerk cca_head legal leader inspector"),
    "handle_discipline": _roles("officer head clerk"),
    "review_discipline": _roles("legal"),
    "decide_discipline": _roles("cca_head"),
    "see_searches": _roles("officer head clerk cca_head legal leader inspector"),
    "handle_search": _roles("officer head clerk cca_head"),
    "verify_off_control": _roles("head cca_head"),
    "see_rules": EVERYBODY,
    "manage_offices": _roles("system_admin"),
    "manage_staff": _roles("security_admin"),
    "read_audit": _roles("audit_admin"),
    "see_system": _roles("system_admin"),
    "own_account": EVERYBODY,
}

SCOPE: Mapping[str, str] = {
    "officer": "office",
    "head": "office",
    "helper": "own",
    "window": "none",
    "clerk": "all",
    "cca_head": "all",
    "legal": "all",
    "leader": "all",
    "inspector": "all",
    "system_admin": "none",
    "security_admin": "none",
    "audit_admin": "none",
}
"""Whose files: of the own office, of the persons one is responsible for, all, none."""


APART: Mapping[str, frozenset[str]] = {
    N_("系统管理"): _roles("system_admin"),
    N_("安全管理"): _roles("security_admin"),
    N_("审计管理"): _roles("audit_admin"),
    N_("检察监督"): _roles("inspector"),
    N_("案件办理"): EVERYBODY - ADMINS - _roles("inspector"),
}
"""Duties that nobody may combine (三员分立, GB/T 22239—2019 第8.1.5条): all of one person's accounts lie in one of these."""


def duty_of(role: str) -> str:
    """Which of the duties that are kept apart a role belongs to; KeyError for a role that isn't in the table."""
    return next(duty for duty, roles in APART.items() if role in roles) if role in EVERYBODY else ROLE_TITLES[role]


def permissions_of(role: str) -> frozenset[str]:
    """The permissions that a role holds; KeyError for a role that isn't in the table."""
    ROLE_TITLES[role]
    return frozenset(permission for permission, roles in PERMISSIONS.items() if role in roles)
