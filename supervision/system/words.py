"""How the parts of the system are called on its page."""

from collections.abc import Mapping

from supervision.language import N_

PARTS: Mapping[str, str] = {
    "schema": N_("数据库结构"),
    "jobs": N_("后台任务"),
    "desk": N_("局值班台"),
    "apart": N_("三员分立"),
    "second_factor": N_("动态验证码"),
    "public_url": N_("对外地址"),
    "calendar": N_("节假日"),
    "messages": N_("短信"),
    "ledger": N_("台账"),
    "seal": N_("审计封印"),
    "key_copy": N_("密钥副本"),
    "backup": N_("备份"),
    "disk": N_("磁盘"),
    "demo": N_("演示数据"),
}
"""What the doctor looks at."""
JOBS: Mapping[str, str] = {
    "reconcile": N_("台账核对"),
    "visits": N_("会见到期"),
    "count_reports": N_("报告统计"),
    "watch": N_("逾期发现"),
    "escalate": N_("逐级上报"),
    "roll_call": N_("每日点名"),
    "remind": N_("到期提醒"),
    "digest": N_("工作摘要"),
    "send": N_("短信发送"),
    "sweep": N_("短信清理"),
    "after_bad_numbers": N_("坏号处理"),
    "seal": N_("审计封印"),
    "keep_heads": N_("链头存档"),
    "tidy_feed": N_("变更清理"),
    "backup": N_("每日备份"),
    "end_sessions": N_("会话清理"),
    "purge_uploads": N_("上传清理"),
}
"""The jobs of the schedule, which lies above the web; a test holds this to it."""
