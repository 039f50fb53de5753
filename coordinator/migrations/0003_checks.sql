-- A submission is on disk before its frames are decoded: received -> checking -> auditing | refused.
-- A short segment waits in its row for that; a long one has a blob already.
ALTER TABLE submission ADD COLUMN drawn_by TEXT NOT NULL DEFAULT 'cpu';
ALTER TABLE submission ADD COLUMN short_segment BLOB;
ALTER TABLE submission ADD COLUMN claimed_ms BIGINT;
CREATE INDEX submission_unchecked ON submission (number) WHERE state IN ('received', 'checking');

-- A device's last render times, which decide the terms of its leases, are read from the index alone.
DROP INDEX submission_device;
CREATE INDEX submission_device ON submission (device, number, render_ms);

-- Of leases only those that ran out are counted; the others change their state all the time.
DROP INDEX lease_state;
CREATE INDEX lease_expired ON lease (state) WHERE state = 'expired';
