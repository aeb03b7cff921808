"""The settings of a desk, for its administrators."""

from django.contrib import messages
from django.db import transaction
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.desk_form import DeskForm
from contacts.http import AtDesk, at_desk, posted
from contacts.models import Desk
from liaisons.models import Event


@at_desk("administrator")
def desk_settings(request: AtDesk) -> HttpResponse:
    desk = Desk.objects.select_related("group").get(pk=request.desk.pk)
    before = model_to_dict(desk, DeskForm.Meta.fields)
    form = DeskForm(posted(request), instance=desk)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = form.save()
            after = model_to_dict(saved, DeskForm.Meta.fields)
            changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
            if changed:
                Event.objects.record(
                    "settings", by=request.actor, at=timezone.now(), desk=desk, data=changed, private=True
                )
        messages.success(request, _("The settings are kept. They hold for what is done from now on."))
        return redirect("desk-settings")
    return render(request, "liaisons/desk_settings.html", {"form": form}, status=400 if form.errors else 200)
