//! Lease, render, encode, submit.
