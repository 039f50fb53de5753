//! Leases, audits, ratings as pure functions: time and randomness are arguments.
