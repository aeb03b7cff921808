"""Addresses of this app."""

from django.urls import URLPattern, path

from liaisons.views import (
    answer,
    circulation,
    comparing,
    desk,
    desk_settings,
    dispatch,
    drafting,
    folder,
    groups,
    guide,
    health,
    incoming,
    links,
    mailbox,
    nominations,
    outbox,
    papers,
    pictures,
    preview,
    register,
    statements,
    steps,
    word_in,
)

urlpatterns: list[URLPattern] = [
    # For machines, in liaisons.views.health
    path("healthz", health.healthz, name="healthz"),
    # Desk, in liaisons.views.desk
    path("", desk.desk, name="desk"),
    path("desk-switch/", desk.desk_switch, name="desk-switch"),
    # Drafts, in liaisons.views.drafting
    path("statements/new/", drafting.statement_new, name="statement-new"),
    path("statements/resolve/", drafting.statement_resolve, name="statement-resolve"),
    path("statements/<int:pk>/edit/", drafting.statement_edit, name="statement-edit"),
    path("statements/<int:pk>/amend/", drafting.statement_amend, name="statement-amend"),
    # Drafts as they will be printed, in liaisons.views.preview
    path("statements/preview/", preview.statement_preview, name="statement-preview"),
    path("statements/preview/leaves/", preview.statement_leaves, name="statement-leaves"),
    path("statements/preview/leaves/<slug:sha256>/", preview.statement_leaf, name="statement-leaf"),
    path("statements/<int:pk>/preview/", preview.statement_preview, name="statement-preview"),
    path("statements/<int:pk>/preview/leaves/", preview.statement_leaves, name="statement-leaves"),
    # Figures and emblems, in liaisons.views.pictures; letters hold these addresses
    path("pictures/<slug:sha256>", pictures.picture, name="picture"),
    # Word files that people bring, in liaisons.views.word_in
    path("statements/from-word/", word_in.statement_from_word, name="statement-from-word"),
    path("statements/from-word/read/", word_in.statement_from_word_read, name="statement-from-word-read"),
    path("statements/<int:pk>/from-word/", word_in.statement_word_in, name="statement-word-in"),
    path("statements/<int:pk>/from-word/read/", word_in.statement_word_in_read, name="statement-word-in-read"),
    path(
        "statements/<int:pk>/revisions/<int:number>/from-word/",
        word_in.statement_word_taken,
        name="statement-word-taken",
    ),
    # Steps, in liaisons.views.steps
    path("statements/<int:pk>/circulate/", steps.statement_circulate, name="statement-circulate"),
    path("statements/<int:pk>/approve/", steps.statement_approve, name="statement-approve"),
    path("statements/<int:pk>/as-it-is/", steps.statement_as_it_is, name="statement-as-it-is"),
    path("statements/<int:pk>/revise/", steps.statement_revise, name="statement-revise"),
    path("statements/<int:pk>/complete/", steps.statement_complete, name="statement-complete"),
    path("statements/<int:pk>/close/", steps.statement_close, name="statement-close"),
    path("statements/<int:pk>/correct/", steps.statement_correct, name="statement-correct"),
    path("statements/<int:pk>/withdraw/", steps.statement_withdraw, name="statement-withdraw"),
    path("statements/<int:pk>/addressees/<int:addressee_pk>/settle/", steps.addressee_settle, name="addressee-settle"),
    # Two texts of a statement compared, in liaisons.views.comparing
    path("statements/<int:pk>/compare/", comparing.statement_compare_chosen, name="statement-compare-chosen"),
    path(
        "statements/<int:pk>/revisions/<int:new>/against/<int:old>/",
        comparing.statement_compare,
        name="statement-compare",
    ),
    path(
        "statements/<int:pk>/revisions/<int:new>/against/<int:old>/pdf/",
        comparing.statement_compare_pdf,
        name="statement-compare-pdf",
    ),
    path(
        "statements/<int:pk>/revisions/<int:new>/against/<int:old>/word/",
        comparing.statement_compare_word,
        name="statement-compare-word",
    ),
    path("l/<str:token>/changes/", comparing.link_changes, name="link-changes"),
    path("l/<str:token>/changes/pdf/", comparing.link_changes_pdf, name="link-changes-pdf"),
    path("l/<str:token>/changes/word/", comparing.link_changes_word, name="link-changes-word"),
    # Files of a statement, in liaisons.views.papers
    path("statements/<int:pk>/pdf/", papers.statement_pdf, name="statement-pdf"),
    path("statements/<int:pk>/word/", papers.statement_word, name="statement-word"),
    path("statements/<int:pk>/pdf/again/", papers.statement_pdf_again, name="statement-pdf-again"),
    path("statements/<int:pk>/word/again/", papers.statement_word_again, name="statement-word-again"),
    path("statements/<int:pk>/attachments/<int:file_pk>/", papers.statement_attachment, name="statement-attachment"),
    path("statements/<int:pk>/replies/<int:file_pk>/", papers.statement_reply_file, name="statement-reply-file"),
    # Signed links, in liaisons.views.links, circulation, answer
    path("l/<str:token>/", links.link, name="link"),
    path("l/<str:token>/files/<str:name>/", links.link_file, name="link-file"),
    path("l/<str:token>/comment/", circulation.link_comment, name="link-comment"),
    path("l/<str:token>/comments/<int:pk>/withdraw/", circulation.link_comment_withdraw, name="link-comment-withdraw"),
    path("l/<str:token>/confirm/", links.link_confirm, name="link-confirm"),
    path("l/<str:token>/confirm/withdraw/", links.link_confirm_withdraw, name="link-confirm-withdraw"),
    path("l/<str:token>/approve/", links.link_approve, name="link-approve"),
    path("l/<str:token>/return/", links.link_return, name="link-return"),
    path("l/<str:token>/answer/", answer.link_answer, name="link-answer"),
    path("l/<str:token>/recorded/<int:pk>/", answer.link_recorded, name="link-recorded"),
    # Circulation, in liaisons.views.circulation
    path("circulations/<int:pk>/", circulation.circulation, name="circulation"),
    path("circulations/<int:pk>/comment/", circulation.circulation_comment, name="circulation-comment"),
    path("circulations/<int:pk>/window/", circulation.circulation_window, name="circulation-window"),
    path("circulations/<int:pk>/files/<str:name>/", circulation.circulation_file, name="circulation-file"),
    path("comments/<int:pk>/dispose/", circulation.comment_dispose, name="comment-dispose"),
    path("comments/<int:pk>/withdraw/", circulation.comment_withdraw, name="comment-withdraw"),
    # Dispatch, in liaisons.views.dispatch
    path("statements/<int:pk>/dispatch/", dispatch.statement_dispatch, name="statement-dispatch"),
    path("statements/<int:pk>/send/", dispatch.statement_send, name="statement-send"),
    path("statements/<int:pk>/recall/", dispatch.statement_recall, name="statement-recall"),
    path("addressees/<int:pk>/handover/", dispatch.addressee_handover, name="addressee-handover"),
    # Outbox, in liaisons.views.outbox
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<int:pk>/", outbox.message, name="message"),
    path("outbox/<int:pk>/files/<str:name>/", outbox.message_file, name="message-file"),
    path("outbox/<int:pk>/send-again/", outbox.message_send_again, name="message-send-again"),
    path("outbox/<int:pk>/arrived/", outbox.message_arrived, name="message-arrived"),
    path("outbox/<int:pk>/give-up/", outbox.message_give_up, name="message-give-up"),
    # Mailbox, in liaisons.views.mailbox
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<str:name>/", mailbox.mailbox_mail, name="mailbox-mail"),
    path("mailbox/<str:name>/files/<int:number>/", mailbox.mailbox_file, name="mailbox-file"),
    # Incoming, in liaisons.views.incoming
    path("incoming/", incoming.incoming, name="incoming"),
    path("incoming/new/", incoming.registration_new, name="registration-new"),
    path("incoming/<int:pk>/", incoming.registration, name="registration"),
    path("incoming/<int:pk>/assign/", incoming.registration_assign, name="registration-assign"),
    path("incoming/<int:pk>/answer/", incoming.registration_answer, name="registration-answer"),
    path("incoming/<int:pk>/note/", incoming.registration_note, name="registration-note"),
    path("incoming/<int:pk>/reopen/", incoming.registration_reopen, name="registration-reopen"),
    path("incoming/<int:pk>/relate/", incoming.registration_relate, name="registration-relate"),
    path("incoming/<int:pk>/settle/", incoming.registration_settle, name="registration-settle"),
    path("incoming/<int:pk>/files/<int:file>/", incoming.registration_file, name="registration-file"),
    # Documents and meetings, in liaisons.views.register
    path("documents/", register.documents, name="documents"),
    path("documents/new/", register.document_new, name="document-new"),
    path("documents/<int:pk>/", register.document, name="document"),
    path("documents/<int:pk>/files/<int:file>/", register.document_file, name="document-file"),
    # The folder of files, in liaisons.views.folder
    path("folder/", folder.folder, name="folder"),
    path("folder/files/<str:name>/", folder.folder_file, name="folder-file"),
    path("meetings/", register.meetings, name="meetings"),
    path("meetings/new/", register.meeting_new, name="meeting-new"),
    path("meetings/<int:pk>/", register.meeting, name="meeting"),
    path("meetings/<int:pk>/edit/", register.meeting_edit, name="meeting-edit"),
    path("meetings/<int:pk>/items/", register.meeting_item, name="meeting-item"),
    path("meetings/<int:pk>/documents/", register.meeting_document, name="meeting-document"),
    path("meetings/<int:pk>/dispositions/", register.meeting_dispositions, name="meeting-dispositions"),
    path("meetings/<int:pk>/decisions/", register.meeting_decision, name="meeting-decision"),
    path("meetings/<int:pk>/actions/", register.meeting_action, name="meeting-action"),
    path("meetings/<int:pk>/actions/<int:action>/done/", register.meeting_action_done, name="meeting-action-done"),
    # The page of a group with its letters, in liaisons.views.groups; the other pages of groups are in contacts.urls
    path("groups/<int:pk>/", groups.group, name="group"),
    path("groups/<int:pk>/spellings/", groups.group_alias, name="group-alias"),
    path("groups/<int:pk>/spellings/<int:alias>/remove/", groups.group_alias_remove, name="group-alias-remove"),
    path("groups/<int:pk>/channels/", groups.group_channel, name="group-channel"),
    path("groups/<int:pk>/channels/<int:channel>/", groups.group_channel_edit, name="group-channel-edit"),
    path("groups/<int:pk>/channels/<int:channel>/remove/", groups.group_channel_remove, name="group-channel-remove"),
    path("groups/<int:pk>/successors/", groups.group_succession, name="group-succession"),
    path(
        "groups/<int:pk>/successors/<int:succession>/remove/",
        groups.group_succession_remove,
        name="group-succession-remove",
    ),
    # Settings and help
    path("desk/settings/", desk_settings.desk_settings, name="desk-settings"),
    path("help/", guide.help_page, name="help"),
    # Statements, in liaisons.views.statements. The permanent addresses take what no other pattern has taken.
    path("statements/", statements.statements, name="statements"),
    path("statements/<int:pk>/", statements.statement, name="statement"),
    path("statements/<int:pk>/revisions/<int:number>/", statements.statement_revision, name="statement-revision"),
    path(
        "statements/<int:pk>/relations/<int:relation_pk>/confirm/",
        statements.statement_confirm_relation,
        name="statement-confirm-relation",
    ),
    path(
        "statements/<int:pk>/nominations/<int:nomination_pk>/confirm/",
        nominations.nomination_confirm,
        name="nomination-confirm",
    ),
    path(
        "statements/<int:pk>/nominations/<int:nomination_pk>/set-aside/",
        nominations.nomination_set_aside,
        name="nomination-set-aside",
    ),
    path(
        "statements/<slug:study_period>/<path:reference>/<int:correction>/",
        statements.statement_permanent,
        name="statement-correction",
    ),
    path(
        "statements/<slug:study_period>/<path:reference>/", statements.statement_permanent, name="statement-permanent"
    ),
]
