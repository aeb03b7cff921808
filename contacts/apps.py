"""Registers the app contacts with Django."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "contacts"
