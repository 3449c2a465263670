"""Which modules hold tables; the migrations' one line of history."""

import os
from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="supervision",
    migrations_folder_path=os.fspath(Path(__file__).resolve().parent.parent / "migrations"),
    table_classes=table_finder(
        modules=[
            f"supervision.{place}.tables"
            for place in (
                "access",
                "audit",
                "settings",
                "people",
                "resettlement",
                "orders",
                "checkins",
                "reception",
                "lost_contact",
                "discipline",
                "documents",
                "commissions",
                "video_visits",
                "duties",
                "alerts",
                "messages",
                "rollcall",
                "exchange",
                "files",
                "statistics",
            )
        ]
    ),
)
