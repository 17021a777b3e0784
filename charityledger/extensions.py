"""Flask extensions, unbound; `create_app` binds them."""

from typing import TYPE_CHECKING

from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import Session

# Named constraints, so that a migration can find them on either database.
metadata = MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
})

if TYPE_CHECKING:
    class RequestSession(Session):
        """The request's own session; really a proxy of it, which is no subclass and so fits no `Session` parameter."""

        def __call__(self) -> Session: ...

        def remove(self) -> None: ...

    class Database(SQLAlchemy):
        session: RequestSession  # type: ignore[assignment]  # says what the proxy behaves as
else:
    Database = SQLAlchemy

db = Database(metadata=metadata)
migrate = Migrate()
babel = Babel()
login_manager = LoginManager()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://")
