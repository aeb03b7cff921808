"""A meeting report before the list: put there from its document's page, approved or taken back on its own."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from contacts.http import AtDesk, at_desk
from liaisons.comments import reports
from liaisons.forms.circulation import TakeBackForm
from liaisons.models import Document
from liaisons.rules import Refused
from liaisons.views.circulation import desk_page, of_desk, say
from liaisons.views.rehearsing import mails_of


@require_POST
@at_desk("secretariat", "chair", "cochair")
def document_circulate(request: AtDesk, pk: int) -> HttpResponse:
    document = get_object_or_404(Document.objects.of_desk(request.desk).select_related("series"), pk=pk)
    try:
        circulation = reports.circulate(document, request.desk, by=request.actor, now=timezone.now())
    except Refused as refused:
        for sentence in refused.sentences:
            messages.error(request, sentence)
        return redirect(document)
    said = _("%(document)s is on its way to %(list)s. Comments are open until %(day)s, counted from today.")
    day = date_format(circulation.expected_close(), "j F Y")
    messages.success(request, said % {"document": document, "list": request.desk.mailing_list, "day": day})
    return redirect("circulation", circulation.pk)


document_circulate_mails = mails_of(document_circulate, gettext_lazy("Circulate it"), back="document")


@require_POST
@at_desk("secretariat", "chair", "cochair")
def report_approve(request: AtDesk, pk: int) -> HttpResponse:
    circulation = of_desk(request.desk, pk)
    try:
        reports.approve(circulation, by=request.actor, now=timezone.now())
    except Refused as refused:
        for sentence in refused.sentences:
            messages.error(request, sentence)
    else:
        messages.success(request, _("%(report)s is approved.") % {"report": circulation.document})
    return redirect("circulation", pk)


@require_POST
@at_desk("secretariat", "chair", "cochair")
def report_take_back(request: AtDesk, pk: int) -> HttpResponse:
    now = timezone.now()
    circulation = of_desk(request.desk, pk)
    form = TakeBackForm(request.POST, prefix="back")
    if form.is_valid():
        try:
            reports.take_back(circulation, reason=form.cleaned_data["reason"], by=request.actor, now=now)
        except Refused as refused:
            say(form, refused)
        else:
            messages.success(request, _("It is taken back. File its next revision to circulate it again."))
            return redirect(circulation.document)
    return desk_page(request, circulation, now, back_form=form)


report_take_back_mails = mails_of(report_take_back, gettext_lazy("Take it back"), back="circulation", style="danger")
