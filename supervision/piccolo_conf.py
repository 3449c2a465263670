"""What the `piccolo` command reads."""

from piccolo.conf.apps import AppRegistry

from supervision.db import DB

APP_REGISTRY = AppRegistry(apps=["supervision.piccolo_app"])
__all__ = ["APP_REGISTRY", "DB"]
