-- Who asks for a ballot gets the one that still waits for an answer, so it must be found at once; and a voter's
-- last answer, to take it back.

CREATE INDEX ballot_open ON ballot (voter) WHERE answered_ms IS NULL;
CREATE INDEX ballot_voter_answered ON ballot (voter, answered_ms) WHERE answered_ms IS NOT NULL;
