"""The front page."""

from django.urls import path

from config.home import views

app_name = "home"

urlpatterns = [path("", views.today, name="today")]
