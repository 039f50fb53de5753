-- Votes become children. What was believed of a sheep at birth, and its parents' mean rating then; how
-- to breed it again (JSON; none for founders and artists' sheep); the eight numbers of what it looks
-- like, once somebody measured them; answered ballots that it was on; when it went live, when it
-- retired; whether it is about to.
ALTER TABLE sheep ADD COLUMN prior_mean DOUBLE PRECISION NOT NULL DEFAULT 0.0;
ALTER TABLE sheep ADD COLUMN prior_variance DOUBLE PRECISION NOT NULL DEFAULT 1.44;
ALTER TABLE sheep ADD COLUMN mid_parent DOUBLE PRECISION;
ALTER TABLE sheep ADD COLUMN lineage TEXT;
ALTER TABLE sheep ADD COLUMN descriptors TEXT;
ALTER TABLE sheep ADD COLUMN acts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sheep ADD COLUMN live_ms BIGINT;
ALTER TABLE sheep ADD COLUMN retired_ms BIGINT;
ALTER TABLE sheep ADD COLUMN leaving BIGINT NOT NULL DEFAULT 0;
UPDATE sheep SET acts = (SELECT COUNT(*) FROM ballot
                         WHERE answered_ms IS NOT NULL
                           AND (left_sheep = sheep.id OR right_sheep = sheep.id));
UPDATE sheep SET live_ms = (SELECT published_ms FROM clip
                            WHERE from_sheep = sheep.id AND to_sheep = sheep.id)
WHERE state <> 'rendering';
CREATE INDEX sheep_state ON sheep (state, number);
CREATE INDEX sheep_born ON sheep (born_ms);

-- Why an operator voided a voter's votes, if one did; what the refit found out about the voter.
ALTER TABLE voter ADD COLUMN voided TEXT;
ALTER TABLE voter ADD COLUMN reliability DOUBLE PRECISION;
ALTER TABLE voter ADD COLUMN unreliable BIGINT NOT NULL DEFAULT 0;

-- How much children take after their parents, and when that and the ratings were last refitted.
ALTER TABLE flock ADD COLUMN heritability DOUBLE PRECISION NOT NULL DEFAULT 0.6;
ALTER TABLE flock ADD COLUMN heritability_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE flock ADD COLUMN refit_ms BIGINT;
ALTER TABLE flock ADD COLUMN refits BIGINT NOT NULL DEFAULT 0;

-- When an entry was accepted: artists take turns.
ALTER TABLE entry ADD COLUMN accepted_ms BIGINT;

CREATE INDEX ballot_answered ON ballot (answered_ms);
CREATE INDEX credit_earned ON credit (earned_ms);
