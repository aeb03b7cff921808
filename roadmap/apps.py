"""Registers the app roadmap with Django."""

from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    name = "roadmap"
