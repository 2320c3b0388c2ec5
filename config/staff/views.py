"""Pages about people, for administrators and auditors."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.staff import invitations, services
from config.staff.asking import member
from config.staff.filters import PeopleFilters
from config.staff.forms import InviteForm, RolesForm
from config.staff.models import User
from config.staff.roles import CAPABILITIES, Role
from config.staff.tables import STATE_BADGES, PeopleTable
from payments.web import ListSpec, capability_required, list_page

PEOPLE = ListSpec(
    name="people",
    title=gettext_lazy("People"),
    template="staff/people.html",
    table=PeopleTable,
    filters=PeopleFilters,
)


@capability_required("people.view")
@require_safe
def people(request: HttpRequest) -> HttpResponseBase:
    """Everybody with an account."""
    return list_page(request, PEOPLE, User.objects.prefetch_related("groups"))


@capability_required("people.view")
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: state, roles, what the roles allow."""
    return _person_page(request, get_object_or_404(User, pk=pk))


@capability_required("people.manage")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Make an account and the link to set its password."""
    form = InviteForm(request.POST or None, initial={"language": request.LANGUAGE_CODE, "zone": member(request).zone})
    if request.method != "POST" or not form.is_valid():
        return render(request, "staff/invite.html", {"form": form}, status=422 if form.is_bound else 200)
    try:
        invited = services.enrol(services.NewPerson(**form.cleaned_data), by=member(request))
    except services.PersonAlreadyThere as problem:
        form.add_error("email", str(problem.reason))
        return render(request, "staff/invite.html", {"form": form}, status=422)
    return _hand_out_link(request, invited)


@capability_required("people.manage")
@never_cache
@require_POST
def send_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Make another link to set a password."""
    return _hand_out_link(request, get_object_or_404(User, pk=pk))


@capability_required("people.manage")
@require_POST
def change_roles(request: HttpRequest, pk: int) -> HttpResponse:
    """Give and take roles."""
    chosen = get_object_or_404(User, pk=pk)
    form = RolesForm(request.POST)
    if not form.is_valid():
        return _person_page(request, chosen, form, status=422)
    try:
        services.assign_roles(chosen, form.cleaned_data["roles"], by=member(request))
    except services.UnableToChangePerson as problem:
        form.add_error(None, str(problem.reason))
        return _person_page(request, chosen, form, status=422)
    messages.success(request, _("The roles of %(name)s are changed.") % {"name": chosen.name})
    return redirect("staff:person", pk=pk)


@capability_required("people.manage")
@require_POST
def disable(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the right to sign in."""
    chosen = get_object_or_404(User, pk=pk)
    try:
        services.disable(chosen, by=member(request))
    except services.UnableToChangePerson as problem:
        messages.error(request, str(problem.reason))
    else:
        messages.success(request, _("%(name)s can no longer sign in. All sessions are ended.") % {"name": chosen.name})
    return redirect("staff:person", pk=pk)


@capability_required("people.manage")
@require_POST
def enable(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the right to sign in back."""
    chosen = get_object_or_404(User, pk=pk)
    try:
        services.enable(chosen, by=member(request))
    except services.UnableToChangePerson as problem:
        messages.error(request, str(problem.reason))
    else:
        messages.success(request, _("%(name)s can sign in again.") % {"name": chosen.name})
    return redirect("staff:person", pk=pk)


def _hand_out_link(request: HttpRequest, invited: User) -> HttpResponse:
    """Mail the link, or show it this once: it is stored nowhere, so a reload makes another."""
    try:
        services.record_invitation(invited, by=member(request))
    except services.UnableToChangePerson as problem:
        messages.error(request, str(problem.reason))
        return redirect("staff:person", pk=invited.pk)
    link = invitations.invitation_link(invited, request)
    if invitations.is_mail_configured():
        invitations.send_invitation(invited, link)
        messages.success(request, _("An invitation was sent to %(email)s.") % {"email": invited.email})
        return redirect("staff:person", pk=invited.pk)
    return render(request, "staff/invited.html", {"person": invited, "link": link})


def _person_page(request: HttpRequest, chosen: User, form: RolesForm | None = None, status: int = 200) -> HttpResponse:
    context = {
        "person": chosen,
        "badge": STATE_BADGES[chosen.is_active],
        "form": form or RolesForm(initial={"roles": [role.value for role in chosen.roles]}),
        "roles": list(Role),
        "is_oneself": chosen.pk == request.user.pk,
        "abilities": [each.label for each in CAPABILITIES if each.roles & chosen.roles],
    }
    return render(request, "staff/person.html", context, status=status)
