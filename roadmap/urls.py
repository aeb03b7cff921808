"""Addresses of the roadmap."""

from django.urls import URLPattern, path

from roadmap import views

urlpatterns: list[URLPattern] = [
    path("roadmap/", views.roadmap, name="roadmap"),
    path("roadmap/template.docx", views.template, name="roadmap-template"),
    path("roadmap/deliverables/", views.deliverables, name="deliverables"),
    path("roadmap/deliverables/<int:pk>/", views.deliverable, name="deliverable"),
    path("roadmap/work-items/", views.work_items, name="work-items"),
]
