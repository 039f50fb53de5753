-- Who may use the operator's console: links that are good once, and the sessions they opened. Only hashes are kept.
-- purpose: link -> used; session.
CREATE TABLE admin_pass (
    hash       TEXT PRIMARY KEY,
    purpose    TEXT NOT NULL,
    made_ms    BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);
