"""The library of the talent service: rules, records, work.

It knows neither the screens of the mini-program nor Rasa's wire format.
"""
