-- What the gallery shows is found by index, however many sheep there are.

-- Who came from whom. `place` is the parent's place in the child's list, from 0.
CREATE TABLE kinship (
    child  TEXT NOT NULL REFERENCES sheep (id),
    place  BIGINT NOT NULL,
    parent TEXT NOT NULL REFERENCES sheep (id),
    PRIMARY KEY (child, place)
);
CREATE INDEX kinship_parent ON kinship (parent, child, place);

-- A tag, and who gave it: its artist, an operator, or a measurement of its picture.
CREATE TABLE sheep_tag (
    sheep  TEXT NOT NULL REFERENCES sheep (id),
    tag    TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (sheep, tag)
);
CREATE INDEX sheep_tag_tag ON sheep_tag (tag, sheep);

-- What a sheep is found by: words of its title, artist and tags. Bytes, so that both databases put them in one order.
CREATE TABLE sheep_term (
    sheep BIGINT NOT NULL REFERENCES sheep (number),
    term  BLOB NOT NULL,
    PRIMARY KEY (sheep, term)
);
CREATE INDEX sheep_term_term ON sheep_term (term, sheep);

-- The mean of the rating less twice its deviation, as of the vote that changed it last.
ALTER TABLE sheep ADD COLUMN fame DOUBLE PRECISION NOT NULL DEFAULT -2.4;

CREATE INDEX sheep_best ON sheep (state, rating_mean, number);
CREATE INDEX sheep_doubt ON sheep (state, rating_variance, number);
CREATE INDEX sheep_fame ON sheep (fame, number);

-- Who made a sheep is a name after "by".
UPDATE sheep SET artist = 'the flock' WHERE artist = 'bred by the flock';
