-- A submission is on disk before its frames are decoded: received -> checking -> auditing | refused.
-- A short segment waits in its row for that; a long one has a blob already.
ALTER TABLE submission ADD COLUMN drawn_by TEXT NOT NULL DEFAULT 'cpu';
ALTER TABLE submission ADD COLUMN short_segment BLOB;
ALTER TABLE submission ADD COLUMN claimed_ms BIGINT;
CREATE INDEX submission_unchecked ON submission (number) WHERE state IN ('received', 'checking');
