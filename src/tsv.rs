//! Tab-separated tables of participants.
