"""Appointments as the windows see them: who comes on a day, and whether they came."""

from datetime import date

from backend.store.models import Applicant, Appointment

STATES = ("kept", "missed")


def on_day(city: str | None, day: date, window: str | None = None) -> list[Appointment]:
    """Return the appointments of a day at a city's windows (or one of them), with the people, in order of time."""
    chosen = (Appointment.city == city) & (Appointment.day == day)
    if window:
        chosen &= Appointment.window == window
    rows = Appointment.select(Appointment, Applicant).join(Applicant).where(chosen)
    return list(rows.order_by(Appointment.slot, Appointment.window, Appointment.counter))


def of_city(appointment_id: str, city: str | None) -> Appointment | None:
    """Return an appointment of a city, or None."""
    return Appointment.get_or_none((Appointment.id == appointment_id) & (Appointment.city == city))


def mark(appointment_id: str, state: str) -> bool:
    """Note that somebody came (kept) or did not (missed), and tell whether the appointment was still booked."""
    booked = (Appointment.id == appointment_id) & Appointment.state.in_(["booked", *STATES])
    return bool(Appointment.update(state=state).where(booked).execute())
