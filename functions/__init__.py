"""The endpoint groups: each is one app, composed on one machine by `functions.local`."""
