"""How the parts of the system are called on its page."""

from collections.abc import Mapping

PARTS: Mapping[str, str] = {
    "schema": "数据库结构",
    "jobs": "后台任务",
    "desk": "局值班台",
    "apart": "三员分立",
    "second_factor": "动态验证码",
    "public_url": "对外地址",
    "calendar": "节假日",
    "messages": "短信",
    "ledger": "台账",
    "seal": "审计封印",
    "key_copy": "密钥副本",
    "backup": "备份",
    "disk": "磁盘",
    "demo": "演示数据",
}
"""What the doctor looks at."""
JOBS: Mapping[str, str] = {
    "reconcile": "台账核对",
    "visits": "会见到期",
    "count_reports": "报告统计",
    "watch": "逾期发现",
    "escalate": "逐级上报",
    "roll_call": "每日点名",
    "remind": "到期提醒",
    "digest": "工作摘要",
    "send": "短信发送",
    "sweep": "短信清理",
    "after_bad_numbers": "坏号处理",
    "seal": "审计封印",
    "keep_heads": "链头存档",
    "backup": "每日备份",
    "end_sessions": "会话清理",
    "purge_uploads": "上传清理",
}
"""The jobs of the schedule, which lies above the web; a test holds this to it."""
