-- What drew a picture: 'cpu' or 'gpu'. Digests are compared only between processors.
ALTER TABLE audit ADD COLUMN drawn_by TEXT NOT NULL DEFAULT 'cpu';
ALTER TABLE audit ADD COLUMN auditor_drawn_by TEXT NOT NULL DEFAULT 'cpu';
