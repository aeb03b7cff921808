"""Registers the app liaisons with Django."""

from django.apps import AppConfig


class LiaisonsConfig(AppConfig):
    name = "liaisons"
