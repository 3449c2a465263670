"""The schedule: what runs when, in the order in which it runs where several are due at once."""

from datetime import time, timedelta

from jobs import work
from jobs.job import Job

SCHEDULE: tuple[Job, ...] = (
    Job("reconcile", work.reconcile, "台账核对", at=time(2, 0)),
    # Before the watch: what is given back in time is no lapse.
    Job("visits", work.visits, "会见到期", every=timedelta(seconds=10)),
    Job("watch", work.watch, "逾期发现", every=timedelta(seconds=10)),
    Job("escalate", work.escalate, "逐级上报", every=timedelta(seconds=10)),
    Job("roll_call", work.roll_call, "每日点名", at=work.ROLL_CALL_AT),
    Job("remind", work.remind, "到期提醒", every=timedelta(seconds=60)),
    Job("digest", work.digest, "工作摘要", at=time(8, 0)),
    Job("send", work.send, "短信发送", every=timedelta(seconds=5)),
    Job("sweep", work.sweep, "短信清理", every=timedelta(seconds=60)),
    Job("after_bad_numbers", work.after_bad_numbers, "坏号处理", every=timedelta(seconds=60)),
    Job("seal", work.seal, "审计封印", every=timedelta(seconds=10)),
    Job("keep_heads", work.keep_heads, "链头存档", every=timedelta(minutes=10)),
    Job("count_reports", work.count_reports, "报告统计", at=time(2, 0)),
    Job("tidy_feed", work.tidy_feed, "变更清理", at=time(2, 0)),
    Job("backup", work.backup, "每日备份", at=time(2, 0)),
    Job("end_sessions", work.end_sessions, "会话清理", every=timedelta(minutes=10)),
    Job("purge_uploads", work.purge_uploads, "上传清理", every=timedelta(hours=1)),
)
