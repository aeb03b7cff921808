"""Addresses of groups, people and their tables; the page of a group is in liaisons.urls."""

from django.urls import URLPattern, path

from contacts.views import groups, holidays, people, stand_ins, transfer

urlpatterns: list[URLPattern] = [
    path("groups/", groups.groups, name="groups"),
    path("groups/new/", groups.group_new, name="group-new"),
    path("groups/export.csv", transfer.groups_export, name="groups-export"),
    path("groups/import/", transfer.groups_import, name="groups-import"),
    path("groups/import/apply/", transfer.groups_import_apply, name="groups-import-apply"),
    path("groups/<int:pk>/edit/", groups.group_edit, name="group-edit"),
    path("desk/holidays/", holidays.holidays, name="holidays"),
    path("desk/holidays/list/", holidays.holidays_list, name="holidays-list"),
    path("desk/holidays/<int:pk>/remove/", holidays.holiday_remove, name="holiday-remove"),
    path("people/", people.people, name="people"),
    path("people/new/", people.person_new, name="person-new"),
    path("people/export.csv", transfer.people_export, name="people-export"),
    path("people/import/", transfer.people_import, name="people-import"),
    path("people/import/apply/", transfer.people_import_apply, name="people-import-apply"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/edit/", people.person_edit, name="person-edit"),
    path("people/<int:pk>/roles/", people.person_role, name="person-role"),
    path("people/<int:pk>/roles/<int:role>/", people.person_role_edit, name="person-role-edit"),
    path("people/<int:pk>/stand-ins/", stand_ins.stand_in, name="stand-in"),
    path("people/<int:pk>/stand-ins/<int:row>/", stand_ins.stand_in_edit, name="stand-in-edit"),
]
