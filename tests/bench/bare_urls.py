"""The one address of the door's limit."""

from tests.bench import bare

urlpatterns = bare.urlpatterns()
