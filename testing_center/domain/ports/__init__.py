"""What the services need from the outside world, as protocols; storage provides them."""

from testing_center.domain.ports.authoring import MediaBytes
from testing_center.domain.ports.live import LiveState
from testing_center.domain.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory

__all__ = ["LiveState", "MediaBytes", "UnitOfWork", "UnitOfWorkFactory"]
